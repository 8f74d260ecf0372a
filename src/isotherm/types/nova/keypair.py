"""OS::Nova::KeyPair"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from isotherm.model.errors import Refused
from isotherm.model.outcome import Facts
from isotherm.model.problem import Problem
from isotherm.model.schema import AllowedValues, Attr, Custom, Length, Prop, Support
from isotherm.model.step import Call, Lookup, Read, Run, Step
from isotherm.model.subject import Subject
from isotherm.types.base import Values
from isotherm.types.neutron.base import problem, set_only
from isotherm.types.registry import register
from isotherm.types.rest import RestType

BITS = 2048


@register("OS::Nova::KeyPair")
class KeyPair(RestType):
    """An SSH key pair whose public half is put on servers; made here when no public key is given.

    Its name is all there is to know it by, so a name that is taken is refused, and a key that is made is made before the
    request: what an interrupted request left behind is told by its public key.
    """

    service, path, key = "compute", "/os-keypairs", "keypair"
    microversion = "2.10"                # types of key pairs (2.2) and those of other users (2.10)
    secret_data = ("private_key",)
    support = Support(version="2014.1")

    properties = (
        Prop("name", str, "Its name, unique among the user's key pairs.", required=True, constraints=(Length(1, 255),)),
        Prop("save_private_key", bool, "Whether the private key of a pair made here is kept, for the attribute `private_key`.",
             default=False, body=None),
        Prop("public_key", str, "The public key to use; without it, a new pair is made."),
        Prop("type", str, "What it is for: ssh, or x509 for a certificate.", constraints=(AllowedValues(("ssh", "x509")),),
             support=Support(version="8.0.0")),
        Prop("user", str, "Name or id of the user it is for; administrators only.", body="user_id", find="identity.user",
             constraints=(Custom("keystone.user"),), support=Support(version="9.0.0")),
    )
    attributes = (
        Attr("public_key", str, "The public key."),
        Attr("private_key", str, "The private key of a pair made here, when `save_private_key` is set; else empty.", cached=False),
    )

    def create(self, subject: Subject) -> Sequence[Step]:
        values = subject.properties
        make = [] if values.get("public_key") else [Run("generate", {"save": bool(values.get("save_private_key"))}, local=True)]
        return [Run("vacant"), *make, self.post(subject)]

    def post(self, subject: Subject) -> Call:
        body = self.body(subject.properties) | {"public_key": subject.properties.get("public_key") or "{public_key}"}
        return Call("POST", self.path, {"keypair": body}, identity="keypair.name", lookup=self.lookup(subject))

    def lookup(self, subject: Subject) -> Lookup:
        values = subject.properties
        match = {"name": values["name"], "public_key": values.get("public_key") or "{public_key}"}
        return Lookup(self.path, "keypairs", set_only({"user_id": values.get("user")}), match)

    def vacant(self, subject: Subject, cloud: Any) -> Facts:
        """Run: refuse a name that is taken, so that no key pair of the user's is ever adopted, or deleted later."""
        name = subject.properties["name"]
        try:
            cloud.request("compute", "GET", self.path + "/" + quote(name, safe=""), query=owner(subject) or None,
                          microversion=self.microversion)
        except Refused as refusal:
            if refusal.code == 404:
                return Facts(data={"vacant": True})
            raise
        raise ValueError(f"There is a key pair with the name {name!r} already")

    def generate(self, subject: Subject, cloud: Any, save: bool) -> Facts:
        """Run: make a pair."""
        pair = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
        secret = pair.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
                                    serialization.NoEncryption())
        public = pair.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        data = {"public_key": public.decode() + " Generated-by-Isotherm"}
        return Facts(data=data | ({"private_key": secret.decode()} if save else {}))

    def delete(self, subject: Subject) -> Sequence[Step]:
        """Nothing was made unless its name was found vacant first; what was handed over is the replacement's."""
        if subject.data.get("handed_over"):
            return []
        find = [] if subject.physical_id else [Call("", self.path, identity="keypair.name", lookup=self.lookup(subject))]
        if find and not subject.data.get("vacant"):
            return []
        return [*find, Call("DELETE", self.path + "/{id}", query=owner(subject), accept=(404,))]

    def hand_over(self, subject: Subject, new: Values) -> Sequence[Step]:
        """A replacement of the same name takes its place."""
        same = all(subject.properties.get(key) == new.get(key) for key in ("name", "user"))
        return [Call("DELETE", self.path + "/{id}", query=owner(subject), accept=(404,))] if same else []

    def take_back(self, subject: Subject) -> Sequence[Step]:
        body = self.body(subject.properties) | {"public_key": self.attribute(subject, "public_key")}
        return [Call("POST", self.path, {"keypair": body}, accept=(409,))]

    def read(self, subject: Subject, names: frozenset[str] = frozenset()) -> Sequence[Step]:
        return [Read(self.path + "/{id}", "keypair")]

    def reads(self, names: set[str]) -> bool:
        return "show" in names

    def attribute(self, subject: Subject, name: str) -> Any:
        if name == "private_key":
            return subject.data.get("private_key") or ""
        if name == "public_key":
            return subject.properties.get("public_key") or subject.data.get("public_key") or subject.live.get("public_key") or ""
        return super().attribute(subject, name)

    def validate(self, properties: Values) -> list[Problem]:
        if properties.get("type") == "x509" and not properties.get("public_key"):
            return [problem("property-missing", "public_key", "a key pair of type x509 needs its certificate as public_key.")]
        return []


def owner(subject: Subject) -> dict[str, Any]:
    """The query that names another user's key pair."""
    return set_only({"user_id": subject.properties.get("user")})
