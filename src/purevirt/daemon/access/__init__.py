"""Access control: may this client do that to this object? Checked in dispatch, for every row, whatever the driver."""
