"""What is on test:///default."""

from __future__ import annotations

from purevirt.drivers.test.documents import parse_domain
from purevirt.drivers.test.guest import Guest
from purevirt.drivers.test.host import Cell, TestHost
from purevirt.drivers.test.interfaces import TestInterface
from purevirt.drivers.test.networks import add_network
from purevirt.model.host_interface import HostInterface
from purevirt.model.network import Network

_DOMAIN = """\
<domain type='test'>
  <name>test</name>
  <uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid>
  <memory unit='KiB'>8388608</memory>
  <currentMemory unit='KiB'>2097152</currentMemory>
  <vcpu>2</vcpu>
  <os>
    <type>hvm</type>
  </os>
  <devices>
    <disk type='file' device='disk'>
      <source file='/guest/diskimage1'/>
      <target dev='vda' bus='virtio'/>
      <address type='pci' domain='0' bus='1' slot='0' function='0'/>
    </disk>
    <interface type='network'>
      <mac address='aa:bb:cc:dd:ee:ff'/>
      <source network='default'/>
      <target dev='testnet0'/>
      <address type='pci' domain='0' bus='0' slot='1' function='0'/>
    </interface>
    <memballoon model='virtio'>
      <address type='pci' domain='0' bus='0' slot='2' function='0'/>
    </memballoon>
  </devices>
</domain>
"""
_NETWORK = """\
<network>
  <name>default</name>
  <uuid>dd8fe884-6c02-601e-7551-cca97df1c5df</uuid>
  <bridge name='virbr0'/>
  <forward/>
  <ip address='192.168.122.1' netmask='255.255.255.0'>
    <dhcp>
      <range start='192.168.122.2' end='192.168.122.254'/>
    </dhcp>
  </ip>
</network>
"""
_INTERFACE = """\
<interface type='ethernet' name='eth1'>
  <start mode='onboot'/>
  <mac address='aa:bb:cc:dd:ee:ff'/>
  <mtu size='1492'/>
  <protocol family='ipv4'>
    <ip address='192.168.0.5' prefix='24'/>
    <route gateway='192.168.0.1'/>
  </protocol>
</interface>
"""


def default_host() -> TestHost:
    """A fresh host as every process finds it first."""
    host = TestHost()
    host.cells = [Cell(2097152, 4, tuple(range(8))), Cell(4194304, 8, tuple(range(8, 16)))]
    guest = Guest(parse_domain(_DOMAIN), persistent=True)
    host.guests.add(guest)
    host.start(guest, 0)
    add_network(host, Network.from_xml(_NETWORK), live=False).active = True
    host.interfaces.add(TestInterface(HostInterface.from_xml(_INTERFACE), active=True))
    return host
