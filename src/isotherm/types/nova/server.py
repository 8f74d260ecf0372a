"""OS::Nova::Server"""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from json import dumps
from re import sub
from typing import Any

from isotherm.model.errors import Refused
from isotherm.model.outcome import Facts
from isotherm.model.problem import Problem
from isotherm.model.step import Call, Keep, Lookup, Read, Run, Step, Until
from isotherm.model.subject import Subject
from isotherm.types.base import Values, on_change
from isotherm.types.neutron.base import set_only
from isotherm.types.neutron.reach import Others, either, subnets_of
from isotherm.types.nova import nics
from isotherm.types.nova.devices import devices
from isotherm.types.nova.interfaces import Interfaces
from isotherm.types.nova.server_attributes import COMPUTED
from isotherm.types.nova.server_rules import entries, problems
from isotherm.types.nova.server_schema import ATTRIBUTES, PROPERTIES, RENAMED
from isotherm.types.nova.user_data import QUOTING, encoded
from isotherm.types.registry import register
from isotherm.types.rest import RestType

TASK_OR_STATUS = "OS-EXT-STS:task_state|status"
RESIZING = ("RESIZE", "resize_prep", "resize_migrating", "resize_migrated", "resize_finish")
SAVING = ("image_snapshot_pending", "image_snapshot", "image_pending_upload", "image_uploading")
STEADY = ("ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED", "STOPPED")
FROM_PORTS = frozenset({"addresses", "networks"})
CONSOLES: Mapping[str, str] = {
    "novnc": "vnc", "xvpvnc": "vnc", "spice-html5": "spice", "rdp-html5": "rdp", "serial": "serial", "webmks": "mks"}


@register("OS::Nova::Server")
class Server(Interfaces, RestType):
    """A virtual machine."""

    service, path, key = "compute", "/servers", "server"
    many = ("/servers/detail", "servers")
    ok = ("ACTIVE",)
    busy = ("BUILD", "HARD_REBOOT", "PASSWORD", "REBOOT", "REBUILD", "RESCUE", "RESIZE", "REVERT_RESIZE", "SHUTOFF", "SUSPENDED",
            "VERIFY_RESIZE")
    message = "fault.message"
    # 2.67: volume types of boot volumes. Also used: tags at boot (2.52), user data for rebuild (2.57), networks `auto` (2.37).
    microversion = "2.67"
    before_files_were_dropped = "2.56"
    name_limit = 53
    secret_data = ("console_urls",)
    properties, attributes, renamed = PROPERTIES, ATTRIBUTES, RENAMED

    # -- create ------------------------------------------------------------------------------------------------------

    def create(self, subject: Subject) -> Sequence[Step]:
        """The ports it owns, their floating IPs, the boot request, and the wait for it."""
        listed = nics.slots(subject.properties.get("networks"))
        owning = [Keep(data={"own_ports": True})] if any(nics.needs_port(nic) for _, nic in listed) else []
        return [*owning, *(step for slot, nic in listed for step in self.prepared(subject, slot, nic)),
                self.boot(subject), *self.settled(subject), *self.unmarked(subject)]

    def prepared(self, subject: Subject, slot: str, nic: Values) -> Iterator[Step]:
        if nics.needs_port(nic):
            yield Run("plug", {"slot": slot, "nic": dict(nic), "groups": list(subject.properties.get("security_groups") or ())})
        if nic.get("floating_ip"):
            yield associated(nic["floating_ip"], nic.get("port") or "{" + slot + "}", nic.get("fixed_ip"))

    def boot(self, subject: Subject) -> Step:
        """The boot request. A name that the user chose may not be unique, so a tag marks the server until it is known."""
        body = self.request(subject)
        if subject.properties.get("personality"):
            return Run("boot_with_files", {"json": body})
        return Call("POST", self.path, body, identity="server.id", lookup=self.lookup(subject))

    def request(self, subject: Subject) -> dict[str, Any]:
        values = subject.properties
        groups = {} if values.get("security_groups") else {"security_groups": None}
        server = set_only(self.body(values) | groups | {
            "name": values.get("name") or "{name}",
            "user_data": encoded(values, subject.metadata, subject.texts),
            "metadata": serialized(values.get("metadata")) or None,
            "networks": nics.requested(values.get("networks")),
            "block_device_mapping_v2": devices(values) or None,
            "tags": [*(values.get("tags") or ()), *([mark(subject)] if values.get("name") else [])] or None,
        })
        hints = dict(values.get("scheduler_hints") or {}) | set_only({"reservation": values.get("reservation_id")})
        return {"server": server} | ({"os:scheduler_hints": hints} if hints else {})

    def lookup(self, subject: Subject) -> Lookup:
        chosen = subject.properties.get("name")
        if chosen:
            return Lookup("/servers/detail", "servers", {"tags": mark(subject)}, {"name": chosen})
        return Lookup("/servers/detail", "servers", {"name": "{name}"}, {"name": "{name}"})

    def unmarked(self, subject: Subject) -> list[Step]:
        return [Call("DELETE", f"/servers/{{id}}/tags/{mark(subject)}", accept=(404,))] if subject.properties.get("name") else []

    def boot_with_files(self, subject: Subject, cloud: Any, json: Mapping[str, Any]) -> Facts:
        """Run: boot with injected files, which only older microversions know."""
        at = {"microversion": self.before_files_were_dropped}
        look = self.lookup(subject)
        query = {key: value.replace("{name}", subject.physical_name) for key, value in look.query.items()}
        wanted = subject.properties.get("name") or subject.physical_name
        for shown in cloud.entries("compute", look.path, look.key, query, **at):
            if shown.get("name") == wanted:
                return Facts(physical_id=shown["id"])
        server = filled(json["server"], subject) | {"personality": files(subject.properties)}
        answer = cloud.request("compute", "POST", self.path, json={**json, "server": server}, **at)
        return Facts(physical_id=answer.body["server"]["id"])

    # -- update ------------------------------------------------------------------------------------------------------

    def update(self, subject: Subject, old: Values) -> Sequence[Step]:
        new = subject.properties
        steps: list[Step] = []
        if old.get("name") != new.get("name"):
            steps.append(Call("PUT", "/servers/{id}", {"server": {"name": new.get("name") or "{name}"}}))
        steps += self.changes(subject, old)
        return [*steps, Read("/servers/{id}", "server")] if steps else []

    def replaces(self, old: Values, new: Values) -> list[str]:
        """Flavor, image and user data each have a policy; what cannot be rebuilt is replaced."""
        changed = {name for name in ("flavor", "image", "user_data") if (old.get(name) or None) != (new.get(name) or None)}
        replaced = super().replaces(old, new)
        if "flavor" in changed and new.get("flavor_update_policy") == "REPLACE":
            replaced.append("flavor")
        if "image" in changed and (new.get("image_update_policy") == "REPLACE" or not (old.get("image") and new.get("image"))):
            replaced.append("image")
        policy = new.get("user_data_update_policy")
        if "user_data" in changed and (policy == "REPLACE" or (policy == "REBUILD" and not new.get("image"))):
            replaced.append("user_data")
        return replaced

    @on_change("metadata")
    def set_metadata(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        return [Call("PUT", "/servers/{id}/metadata", {"metadata": serialized(new)})]

    @on_change("tags")
    def set_tags(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        return [Call("PUT", "/servers/{id}/tags", {"tags": list(new or ())})]

    @on_change("admin_pass")
    def change_password(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        return [action("changePassword", {"adminPass": new}), *self.settled(subject)] if new else []

    @on_change("flavor")
    def resize(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        """409: being resized already; 400: confirmed already. What became of it the waits tell."""
        return [action("resize", {"flavorRef": new}, accept=(409,)),
                Until("/servers/{id}", "server", ok=("VERIFY_RESIZE",), busy=RESIZING, many=self.many, state=TASK_OR_STATUS,
                      message=self.message),
                action("confirmResize", accept=(400, 409)),
                Until("/servers/{id}", "server", ok=("ACTIVE", "SHUTOFF"), busy=("VERIFY_RESIZE", "RESIZE"), many=self.many,
                      message=self.message)]

    @on_change("image", "user_data")
    def rebuild(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        values = subject.properties
        fresh = old["user_data"] != new["user_data"] and values.get("user_data_update_policy") == "REBUILD"
        if old["image"] == new["image"] and not fresh:
            return []
        keeps = values.get("image_update_policy") == "REBUILD_PRESERVE_EPHEMERAL"
        body = {"imageRef": new["image"]} | set_only({"adminPass": values.get("admin_pass"), "preserve_ephemeral": keeps or None})
        if fresh:
            body["user_data"] = encoded(values, subject.metadata, subject.texts)
        if values.get("personality") and not fresh:
            return [Run("rebuild_with_files", {"json": body}), *self.settled(subject)]
        return [action("rebuild", body, accept=(409,)), *self.settled(subject)]

    def rebuild_with_files(self, subject: Subject, cloud: Any, json: Mapping[str, Any]) -> None:
        """Run: rebuild with injected files, which only older microversions know."""
        body = {"rebuild": {**json, "personality": files(subject.properties)}}
        try:
            cloud.request("compute", "POST", f"/servers/{subject.physical_id}/action", json=body,
                          microversion=self.before_files_were_dropped)
        except Refused as refusal:
            if refusal.code != 409:
                raise

    @on_change("networks")
    def replug(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        """Detach what is no longer wanted, then attach what is; both are made of single interfaces unless the service chose them."""
        was, now = nics.allocation(old), nics.allocation(new)
        going, coming = nics.changed(None if was else old, None if now else new)
        if was and was == now:
            return []
        steps: list[Step] = [Run("unplug_all", {"keep": [nic["port"] for _, nic in coming if nic.get("port")]})] if was == "auto" else []
        steps += [Run("unplug", {"slot": slot, "nic": dict(nic)}) for slot, nic in going]
        if coming:
            steps.append(Keep(data={"own_ports": True}))
        for slot, nic in coming:
            own = [] if nic.get("port") else [Run("plug", {"slot": slot, "nic": dict(nic), "groups": list(
                subject.properties.get("security_groups") or ())})]
            steps += [*own, Run("attach", {"slot": slot, "nic": dict(nic)})]
            if nic.get("floating_ip"):
                steps.append(associated(nic["floating_ip"], nic.get("port") or "{" + slot + "}", nic.get("fixed_ip")))
        steps += [Run("attach_any")] if now == "auto" else []
        return [*steps, *self.readdressed(subject, old, new)]

    def readdressed(self, subject: Subject, old: Any, new: Any) -> Iterator[Step]:
        for (slot, nic), was, now in nics.moved_addresses(old, new):
            known = nic.get("port") or ("{" + slot + "}" if subject.data.get(slot) else None)
            if was:
                yield associated(was, None)
            if now and known:
                yield associated(now, known, nic.get("fixed_ip"))
            elif now:
                yield Run("associate", {"slot": slot, "nic": dict(nic), "floating_ip": now})

    # -- delete, keep, hand over ---------------------------------------------------------------------------------------

    def delete(self, subject: Subject) -> Sequence[Step]:
        drop: list[Step] = [Run("drop_ports")] if subject.data.get("own_ports") else []
        find: list[Step] = [] if subject.physical_id else [*drop, Call("", self.path, identity="server.id", lookup=self.lookup(subject))]
        floating = [Run("release", {"floating_ip": nic["floating_ip"], "port": nic["port"]})
                    for nic in subject.properties.get("networks") or () if nic.get("floating_ip") and nic.get("port")]
        return [*find, Call("DELETE", "/servers/{id}", accept=(404,)), self.gone(), *drop, *floating]

    def gone(self) -> Until:
        """A server in error stays so while it is deleted; only when no task runs any more has the deletion failed."""
        return Until("/servers/{id}", "server", ok=("DELETED", "SOFT_DELETED"), busy=("*",), bad=("ERROR",), gone=True, many=self.many,
                     state=TASK_OR_STATUS, message=self.message)

    def preserve(self, subject: Subject) -> Sequence[Step]:
        return [action("createImage", {"name": "{name}"}, accept=(409,)),
                Until("/servers/{id}", "server", ok=STEADY, busy=SAVING, many=self.many, state=TASK_OR_STATUS)]

    def hand_over(self, subject: Subject, new: Values) -> Sequence[Step]:
        """A port serves one server at a time."""
        wanted = [nic.get("port") for nic in new.get("networks") or ()]
        return [Run("let_go", {"server": subject.physical_id, "port": nic["port"]}) for nic in subject.properties.get("networks") or ()
                if nic.get("port") and nic["port"] in wanted]

    def take_back(self, subject: Subject) -> Sequence[Step]:
        return [Run("attach", {"slot": slot, "nic": dict(nic)}) for slot, nic in nics.slots(subject.properties.get("networks"))
                if nic.get("port")]

    def check(self, subject: Subject) -> Sequence[Step]:
        return [Until("/servers/{id}", "server", ok=self.ok, many=self.many, message=self.message)]

    # -- what others see -----------------------------------------------------------------------------------------------

    def reads(self, names: set[str]) -> bool:
        return bool(names - {"os_collect_config"})

    def read(self, subject: Subject, names: frozenset[str] = frozenset()) -> Sequence[Step]:
        needed = (names or FROM_PORTS) & FROM_PORTS
        look = [Run("observe", {"details": "addresses" in needed})] if needed else []
        return [Read("/servers/{id}", "server"), *look, *([Run("ask_consoles")] if "console_urls" in names else [])]

    def ask_consoles(self, subject: Subject, cloud: Any) -> Facts:
        """Run: a URL for each kind of console that the cloud offers."""
        urls = {}
        for kind, protocol in CONSOLES.items():
            try:
                answer = self.compute(cloud, "POST", f"/servers/{subject.physical_id}/remote-consoles",
                                      {"remote_console": {"protocol": protocol, "type": kind}})
                urls[kind] = answer.body["remote_console"]["url"]
            except Refused as refusal:
                urls[kind] = f"No console of this kind: {refusal.said}"
        return Facts(data={"console_urls": urls})

    def attribute(self, subject: Subject, name: str) -> Any:
        if name == "tags":
            return [tag for tag in subject.live.get("tags") or () if tag != mark(subject)]
        computed = COMPUTED.get(name)
        return computed(subject) if computed else super().attribute(subject, name)

    def decode(self, subject: Subject) -> dict[str, Any]:
        live = subject.live
        image = live.get("image")
        told = {"name": live.get("name"), "key_name": live.get("key_name"), "metadata": live.get("metadata"),
                "availability_zone": live.get("OS-EXT-AZ:availability_zone"), "config_drive": decoded_drive(live.get("config_drive")),
                "image": image.get("id") if isinstance(image, Mapping) else None}
        return set_only(told) | ({"tags": self.attribute(subject, "tags")} if "tags" in live else {})

    # -- rules ---------------------------------------------------------------------------------------------------------

    def quotes(self, properties: Values) -> set[str]:
        given = properties.get("user_data")
        return {given} if isinstance(given, str) and properties.get("user_data_format") in QUOTING else set()

    def validate(self, properties: Values) -> list[Problem]:
        return problems(properties)

    def implicit(self, name: str, mine: Values, others: Others) -> set[str]:
        """Every subnet of its networks: which of them an address is from is the service's choice."""
        return {subnet for _, nic in entries(mine, "networks") for subnet in subnets_of(either(nic, "network", "uuid"), others)}


def mark(subject: Subject) -> str:
    """The tag of a server whose boot request may have been cut off."""
    return sub(r"[^\w.-]", "_", subject.physical_name)[:60]


def serialized(metadata: Values | None) -> dict[str, str]:
    """Metadata values as the service takes them."""
    return {key: value if isinstance(value, str) else dumps(value) for key, value in (metadata or {}).items()}


def files(values: Values) -> list[dict[str, str]]:
    """Files to inject."""
    return [{"path": path, "contents": b64encode(str(content).encode()).decode()} for path, content in values["personality"].items()]


def action(verb: str, args: Any = None, accept: tuple[int, ...] = ()) -> Call:
    return Call("POST", "/servers/{id}/action", {verb: args}, accept=accept)


def associated(floating_ip: str, port: str | None, address: str | None = None) -> Call:
    """A floating IP on a port, at one of its addresses; on none."""
    body = {"port_id": port} | set_only({"fixed_ip_address": address})
    return Call("PUT", f"/v2.0/floatingips/{floating_ip}", {"floatingip": body}, service="network", accept=() if port else (404,))


def decoded_drive(shown: Any) -> bool | None:
    return None if shown is None else str(shown).lower() == "true"


def filled(value: Any, subject: Subject) -> Any:
    """A body with the unique name and the kept ids in place of their slots."""
    if isinstance(value, Mapping):
        return {key: filled(inner, subject) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, subject) for inner in value]
    known = {**subject.data, "name": subject.physical_name}
    return known.get(value[1:-1], value) if isinstance(value, str) and value[:1] + value[-1:] == "{}" else value
