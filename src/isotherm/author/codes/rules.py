"""Codes of the rules that resource types have between their properties."""

from isotherm.author.codes.code import ERROR, Code, resource

RULES = (
    Code("properties-exclude-each-other", ERROR, "Properties are given that cannot be used together.", "Keep one of them."),
    Code("property-missing", ERROR, "What else is given makes a property necessary.", "Give one of those that the message names."),
    Code("value-type", ERROR, "A value is not of the type that the resource says it has.", "Change `type` or `value`.",
         resource("OS::Heat::Value", "{type: number, value: [1]}")),
    Code("random-string-too-short", ERROR, "A random string is shorter than what must be in it.", "Raise `length`, or ask for less.",
         resource("OS::Heat::RandomString", "{length: 2, character_classes: [{class: digits, min: 3}]}")),
    Code("server-boots-from-nothing", ERROR, "A server has neither an image nor a volume to boot from.", "Give `image`, or a block device with boot_index 0.",
         resource("OS::Nova::Server", "{flavor: small, networks: []}")),
    Code("server-group-policies", ERROR, "A server group is given several policies.", "Keep one.",
         resource("OS::Nova::ServerGroup", "{policies: [affinity, anti-affinity]}")),
    Code("server-group-rules", ERROR, "Rules are given to a server group whose policy has none.", "Only anti-affinity has rules.",
         resource("OS::Nova::ServerGroup", "{policies: [affinity], rules: {max_server_per_host: 1}}")),
    Code("value-specs-overlap", ERROR, "`value_specs` sets what a property of its own sets.", "Use the property.",
         resource("OS::Neutron::Net", "{value_specs: {name: a}}")),
    Code("several-agents-without-ha", ERROR, "Several agents are given for a router that is not highly available.", "Set `ha`, or keep one agent.",
         resource("OS::Neutron::Router", "{l3_agent_ids: [a, b]}")),
    Code("ports-out-of-order", ERROR, "The first port of a range is above its last.", "Swap them.",
         resource("OS::Neutron::SecurityGroup", "{rules: [{protocol: tcp, port_range_min: 90, port_range_max: 80}]}")),
    Code("security-group-named-default", ERROR, "A security group is named `default`.", "Every project has that one already: choose another name.",
         resource("OS::Neutron::SecurityGroup", "{name: default}")),
    Code("gateway-no-address", ERROR, "The gateway of a subnet is no IP address.", "Give an address, or null for none.",
         resource("OS::Neutron::Subnet", "{network: n, cidr: 192.0.2.0/24, gateway_ip: first}")),
    Code("config-declaration", ERROR, "An input or output of a software configuration is not declared the way they are.",
         "Give it a name, and the keys it may have."),
    Code("config-input-default", ERROR, "The default of a configuration's input is not of its type.", "Give another default, or the type that it is of."),
    Code("component-action-twice", ERROR, "A software component has several scripts for one action.", "Give each action to one script only."),
)
