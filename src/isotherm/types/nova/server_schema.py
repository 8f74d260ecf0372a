"""What a template can say about a server, and read from one."""

from isotherm.model.schema import AllowedValues, Attr, Custom, Length, Prop, Range, Support
from isotherm.types.neutron.shown import NETWORK_KEYS, SUBNET, TEXT

VOLUME, SNAPSHOT, IMAGE = (Custom("cinder.volume"),), (Custom("cinder.snapshot"),), (Custom("glance.image"),)
MAC = (Custom("mac_addr"),)
VNIC_TYPES = AllowedValues((
    "normal", "direct", "macvtap", "direct-physical", "baremetal", "virtio-forwarder", "smart-nic"))

DEVICE = (
    Prop("device_name", str, "Device name in the guest, such as vda.", required=True),
    Prop("volume_id", str, "Id of the volume to attach.", constraints=VOLUME),
    Prop("snapshot_id", str, "Id of the volume snapshot to make the volume from.", constraints=SNAPSHOT),
    Prop("volume_size", int, "Size in GiB of the volume made."),
    Prop("delete_on_termination", bool, "Whether the volume is deleted together with the server."),
)
DEVICE_V2 = (
    Prop("device_name", str, "Device name in the guest; chosen by the service when not given."),
    Prop("volume_id", str, "Id of the volume to attach.", constraints=VOLUME),
    Prop("image_id", str, "Older name of `image`.", constraints=IMAGE,
         support=Support("HIDDEN", "9.0.0", previous=Support("DEPRECATED", "7.0.0", previous=Support(version="5.0.0")))),
    Prop("image", str, "Name or id of the image to make the volume from.", find="image.image", constraints=IMAGE,
         support=Support(version="7.0.0")),
    Prop("snapshot_id", str, "Id of the volume snapshot to make the volume from.", constraints=SNAPSHOT),
    Prop("swap_size", int, "Size in MiB of the swap disk made."),
    Prop("ephemeral_size", int, "Size in GiB of the empty local disk made.", constraints=(Range(min=1),),
         support=Support(version="8.0.0")),
    Prop("ephemeral_format", str, "File system on the empty local disk.", support=Support(version="8.0.0"),
         constraints=(AllowedValues(("ext2", "ext3", "ext4", "xfs", "ntfs")),)),
    Prop("device_type", str, "What the guest sees it as.", constraints=(AllowedValues(("cdrom", "disk")),)),
    Prop("disk_bus", str, "Bus it is attached to.",
         constraints=(AllowedValues(("ide", "lame_bus", "sata", "scsi", "usb", "virtio")),)),
    Prop("boot_index", int, "Place in the boot order, from 0; -1 is not booted from."),
    Prop("volume_size", int, "Size in GiB of the volume made."),
    Prop("volume_type", str, "Name or id of the type of the volume made.", constraints=(Custom("cinder.vtype"),),
         support=Support(version="26.0.0")),
    Prop("delete_on_termination", bool, "Whether the volume is deleted together with the server."),
)
ADDRESS_PAIR = (
    Prop("mac_address", str, "MAC address; the port's own when not given.", constraints=MAC),
    Prop("ip_address", str, "An address or a block of them.", required=True, constraints=(Custom("ip_or_cidr"),)),
)
PORT_EXTRA = (
    Prop("value_specs", dict, "Further fields of the port's request.", default={}, update=True),
    Prop("admin_state_up", bool, "Whether the port carries traffic.", default=True, update=True),
    Prop("mac_address", str, "MAC address of the port.", constraints=MAC),
    Prop("allowed_address_pairs", list, "Further addresses that may send from the port.", update=True,
         item=Prop("*", dict, "One pair.", schema=ADDRESS_PAIR)),
    Prop("binding:vnic_type", str, "What kind of interface backs the port.", default="normal", update=True,
         constraints=(VNIC_TYPES,), support=Support(version="2015.1")),
    Prop("port_security_enabled", bool, "Whether the port filters spoofed traffic and applies security groups.",
         update=True, support=Support(version="5.0.0")),
    Prop("qos_policy", str, "Name or id of the port's QoS policy.", find="network.qos_policy", update=True,
         constraints=(Custom("neutron.qos_policy"),), support=Support(version="6.0.0")),
    Prop("propagate_uplink_status", bool, "Whether a virtual function follows its physical link up and down.",
         update=True, support=Support(version="15.0.0")),
    Prop("no_fixed_ips", bool, "Whether the port has no address at all.", default=False, update=True,
         support=Support(version="16.0.0")),
)
NIC = (
    Prop("uuid", str, "Older name of `network`.", constraints=(Custom("neutron.network"),),
         support=Support("HIDDEN", "5.0.0", previous=Support("DEPRECATED", "2014.1"))),
    Prop("network", str, "Name or id of the network to plug into.", find="network.network",
         constraints=(Custom("neutron.network"),)),
    Prop("allocate_network", str, "`none`: no network at all; `auto`: one that the project has or is given.", update=True,
         constraints=(AllowedValues(("none", "auto")),), support=Support(version="9.0.0")),
    Prop("fixed_ip", str, "Address wanted in the network.", constraints=(Custom("ip_addr"),)),
    Prop("port", str, "Name or id of an existing port to plug in.", find="network.port",
         constraints=(Custom("neutron.port"),)),
    Prop("port_extra_properties", dict, "What is special about the port made for this interface.", update=True,
         schema=PORT_EXTRA, support=Support(version="6.0.0")),
    Prop("subnet", str, "Name or id of the subnet the address is from; its network need not be given.",
         find="network.subnet", support=Support(version="5.0.0")),
    Prop("floating_ip", str, "Id of the floating IP to associate with the interface.", support=Support(version="6.0.0")),
    Prop("tag", str, "Label of the interface in the guest's metadata.", support=Support(version="9.0.0")),
)
SWIFT_DATA = (
    Prop("container", str, "Container of the object.", constraints=(Length(min=1),)),
    Prop("object", str, "Object that holds the server's metadata.", constraints=(Length(min=1),)),
)

ADDRESS = Prop("*", dict, open=True, schema=(
    Prop("addr", str, "The address itself."), Prop("version", int, "4 or 6."), Prop("OS-EXT-IPS-MAC:mac_addr", str, "The MAC address."),
    Prop("OS-EXT-IPS:type", str, "fixed or floating."), Prop("port", str, "Id of the port."),
    Prop("network", dict, "The network.", open=True, schema=NETWORK_KEYS), Prop("subnets", list, "The subnets.", item=SUBNET)))

PROPERTIES = (
    Prop("name", str, "Name of the server and its first host name; made up from the stack's name when not given.",
         update=True),
    Prop("image", str, "Name or id of the image to boot; needed unless a block device is booted from.", find="image.image",
         body="imageRef", constraints=IMAGE, update=True),
    Prop("block_device_mapping", list, "Volumes to attach, in the older form.", body=None,
         item=Prop("*", dict, "One volume.", schema=DEVICE)),
    Prop("block_device_mapping_v2", list, "Volumes and local disks to boot from and to attach.", body=None,
         item=Prop("*", dict, "One device.", schema=DEVICE_V2), support=Support(version="2015.1")),
    Prop("flavor", str, "Name or id of the flavor: how many CPUs, how much memory and disk.", required=True,
         find="compute.flavor", body="flavorRef", constraints=(Custom("nova.flavor"),), update=True),
    Prop("flavor_update_policy", str, "How a new flavor is reached: RESIZE the server or REPLACE it.", default="RESIZE",
         body=None, constraints=(AllowedValues(("RESIZE", "REPLACE")),), update=True),
    Prop("image_update_policy", str, "How a new image is reached: REBUILD the server, with or without its ephemeral disk kept, "
         "or REPLACE it.", default="REBUILD", body=None, update=True,
         constraints=(AllowedValues(("REBUILD", "REPLACE", "REBUILD_PRESERVE_EPHEMERAL")),)),
    Prop("key_name", str, "Name of the key pair whose public key is put on the server.",
         constraints=(Custom("nova.keypair"),)),
    Prop("admin_user", str, "Has no effect any more: images name their own administrator.", body=None,
         support=Support("HIDDEN", "5.0.0", previous=Support("DEPRECATED", "2014.1", previous=Support(version="2013.2")))),
    Prop("availability_zone", str, "Availability zone to boot in."),
    Prop("security_groups", list, "Names or ids of the security groups of the ports made for it; not for ports given.",
         default=[], find="network.security_group", encode=lambda groups: [{"name": group} for group in groups]),
    Prop("networks", list, "Its interfaces in their order; without any, the service picks the project's network.",
         body=None, update=True, item=Prop("*", dict, "One interface.", schema=NIC)),
    Prop("scheduler_hints", dict, "Hints for the choice of a host, such as the id of a server group under `group`.",
         body=None),
    Prop("metadata", dict, "Keys and values kept with the server; values other than text become JSON.", default={},
         body=None, update=True),
    Prop("user_data_format", str, "How user data reaches the server: RAW as it is; HEAT_CFNTOOLS as a script among boot "
         "parts; SOFTWARE_CONFIG as boot parts of its own.", default="HEAT_CFNTOOLS", body=None,
         constraints=(AllowedValues(("HEAT_CFNTOOLS", "RAW", "SOFTWARE_CONFIG")),)),
    Prop("software_config_transport", str, "How the server gets its deployments.", default="POLL_SERVER_CFN", body=None,
         update=True, constraints=(AllowedValues(("POLL_SERVER_CFN", "POLL_SERVER_HEAT", "POLL_TEMP_URL", "ZAQAR_MESSAGE")),)),
    Prop("user_data_update_policy", str, "What new user data does: REPLACE or REBUILD the server, or nothing (IGNORE).",
         default="REPLACE", body=None, update=True, constraints=(AllowedValues(("REPLACE", "IGNORE", "REBUILD")),),
         support=Support(version="6.0.0")),
    Prop("user_data", str, "Text for cloud-init to run or read at the first boot; or, in the formats RAW and "
         "SOFTWARE_CONFIG, the id of a software config that holds it.", default="", body=None, update=True),
    Prop("reservation_id", str, "Id of the reservation to boot in.", body=None),
    Prop("config_drive", bool, "Whether metadata is given on a drive as well."),
    Prop("diskConfig", str, "Whether the root disk is grown to its partition table's end on boot (AUTO) or left (MANUAL).",
         body="OS-DCF:diskConfig", constraints=(AllowedValues(("AUTO", "MANUAL")),)),
    Prop("personality", dict, "Files to write into the server's file system: path -> content.", default={}, body=None,
         support=Support("DEPRECATED", "12.0.0")),
    Prop("admin_pass", str, "Password of the administrator.", body="adminPass", update=True, sensitive=True),
    Prop("tags", list, "Labels to filter servers by.", body=None, update=True, item=Prop("*", str, "One label."),
         support=Support(version="8.0.0")),
    Prop("deployment_swift_data", dict, "Where the metadata object for the transport POLL_TEMP_URL lies.", default={},
         body=None, update=True, schema=SWIFT_DATA, support=Support(version="9.0.0")),
)

ATTRIBUTES = (
    Attr("name", str, "Name of the server."),
    Attr("addresses", dict, "For each network, by name and by id: its addresses, each with port, subnets and network.",
         support=Support(version="11.0.0", previous=Support()), item=Prop("*", list, item=ADDRESS)),
    Attr("networks", dict, "For each network, by name and by id: the addresses as plain texts.", item=Prop("*", list, item=TEXT)),
    Attr("first_address", None, "The first address of the first network.",
         support=Support("HIDDEN", "5.0.0", previous=Support("DEPRECATED", "2014.2", previous=Support(version="2013.2")))),
    Attr("instance_name", str, "Name the hypervisor knows it by; shown to administrators only.",
         path="OS-EXT-SRV-ATTR:instance_name"),
    Attr("accessIPv4", str, "IPv4 address to reach it by, if one was set.",
         support=Support("DEPRECATED", "14.0.0", previous=Support(version="2015.1"))),
    Attr("accessIPv6", str, "IPv6 address to reach it by, if one was set.",
         support=Support("DEPRECATED", "14.0.0", previous=Support(version="2015.1"))),
    Attr("console_urls", dict, "For each kind of console, a URL to open it, or why there is none.",
         support=Support(version="2015.1"), item=TEXT),
    Attr("tags", list, "Its labels.", support=Support(version="8.0.0"), item=TEXT),
    Attr("os_collect_config", dict, "Configuration for the agent on the server that fetches deployments.", cached=False,
         support=Support(version="9.0.0")),
)

RENAMED = (
    ("networks.*.uuid", "networks.*.network"),
    ("block_device_mapping_v2.*.image_id", "block_device_mapping_v2.*.image"),
)
