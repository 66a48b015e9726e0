"""What is on test:///default."""

from __future__ import annotations

from purevirt.drivers.test.documents import parse_domain
from purevirt.drivers.test.guest import Guest
from purevirt.drivers.test.host import Cell, TestHost
from purevirt.drivers.test.interfaces import TestInterface
from purevirt.drivers.test.networks import add_network
from purevirt.drivers.test.nodedevs import TestDevice
from purevirt.drivers.test.pools import add_pool
from purevirt.model.host_interface import HostInterface
from purevirt.model.network import Network
from purevirt.model.node_device import DeviceParent, NodeDevice
from purevirt.model.node_device_storage import FcHost, ScsiHostCapability, VportOps
from purevirt.model.storage_pool import StoragePool

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
_POOL = """\
<pool type='dir'>
  <name>default-pool</name>
  <uuid>dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566</uuid>
  <target>
    <path>/default-pool</path>
  </target>
</pool>
"""
_COMPUTER = """\
<device>
  <name>computer</name>
  <capability type='system'>
    <hardware>
      <vendor>Libvirt</vendor>
      <version>Test driver</version>
      <serial>123456</serial>
      <uuid>11111111-2222-3333-4444-555555555555</uuid>
    </hardware>
    <firmware>
      <vendor>Libvirt</vendor>
      <version>Test Driver</version>
      <release_date>01/22/2007</release_date>
    </firmware>
  </capability>
</device>
"""


def _adapter(number: int, parent: str, unique_id: int, wwnn: str, wwpn: str, fabric: str, *, ports: bool) -> NodeDevice:
    """A Fibre Channel adapter; `ports` when it can have virtual ones."""
    fc_host = FcHost(wwnn=wwnn, wwpn=wwpn, fabric_wwn=fabric)
    operations = VportOps(max_vports=0, vports=0) if ports else None
    capability = ScsiHostCapability(host=number, unique_id=unique_id, fc_host=fc_host, vport_ops=operations)
    return NodeDevice(name=f"scsi_host{number}", parent=DeviceParent(name=parent), capabilities=[capability])


def _devices() -> list[NodeDevice]:
    return [
        NodeDevice.from_xml(_COMPUTER),
        _adapter(1, "computer", 0, "2000000012341234", "1000000012341234", "2000000043214321", ports=True),
        _adapter(2, "computer", 1, "2000000056785678", "1000000056785678", "2000000087658765", ports=True),
        _adapter(11, "scsi_host1", 10, "2000000034563456", "1000000034563456", "2000000043214321", ports=False),
    ]


def default_host() -> TestHost:
    """A fresh host as every process finds it first."""
    host = TestHost()
    host.cells = [Cell(2097152, 4, tuple(range(8))), Cell(4194304, 8, tuple(range(8, 16)))]
    guest = Guest(parse_domain(_DOMAIN), persistent=True)
    host.guests.add(guest)
    host.start(guest, 0)
    add_network(host, Network.from_xml(_NETWORK), live=False).active = True
    host.interfaces.add(TestInterface(HostInterface.from_xml(_INTERFACE), active=True))
    add_pool(host, StoragePool.from_xml(_POOL), live=False).active = True
    for device in _devices():
        host.devices.add(TestDevice(device))
    return host
