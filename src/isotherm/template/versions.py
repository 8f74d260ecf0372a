"""The versions of the template language, and how each spells its sections and keys.

Sections and keys are known by one word inside (the HOT spelling); `spell` gives a dialect's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

HOT_VERSIONS: Mapping[str, tuple[str, ...]] = {
    "2013-05-23": (), "2014-10-16": (), "2015-04-30": (), "2015-10-15": (), "2016-04-08": (), "2016-10-14": ("newton",),
    "2017-02-24": ("ocata",), "2017-09-01": ("pike",), "2018-03-02": ("queens",), "2018-08-31": ("rocky",),
    "2021-04-16": ("wallaby",),
}
CONDITIONS_SINCE, MODULO_SINCE, TAGS_SINCE, OPTIONAL_ELSE_SINCE = "2016-10-14", "2017-02-24", "2018-03-02", "2021-04-16"
LOWER_CASE_POLICIES_SINCE = "2016-10-14"
POLICIES = ("Delete", "Retain", "Snapshot")

HOT_SECTIONS = ("description", "parameter_groups", "parameters", "resources", "outputs", "conditions")
HOT_RESOURCE = ("type", "properties", "metadata", "depends_on", "deletion_policy", "update_policy", "description",
                "external_id", "condition")
HOT_PARAMETER = ("type", "description", "default", "schema", "constraints", "hidden", "label", "immutable", "tags")
HOT_TYPES = {name: name for name in ("string", "number", "comma_delimited_list", "json", "boolean")}
CFN_TYPES = {"String": "string", "Number": "number", "CommaDelimitedList": "comma_delimited_list", "Json": "json",
             "Boolean": "boolean"}
CFN_SPELLING: Mapping[str, str] = {
    "description": "Description", "parameters": "Parameters", "mappings": "Mappings", "resources": "Resources",
    "outputs": "Outputs", "conditions": "Conditions", "type": "Type", "properties": "Properties", "metadata": "Metadata",
    "depends_on": "DependsOn", "deletion_policy": "DeletionPolicy", "update_policy": "UpdatePolicy",
    "condition": "Condition", "value": "Value", "default": "Default", "label": "Label", "hidden": "NoEcho",
}
PSEUDO_HOT = ("OS::stack_id", "OS::stack_name", "OS::project_id")
PSEUDO_CFN = ("AWS::StackId", "AWS::StackName", "AWS::Region")


@dataclass(frozen=True, slots=True)
class Dialect:
    """One version. key: the entry that names it; family: hot, aws or heat."""

    family: str
    key: str
    version: str
    sections: tuple[str, ...]
    resource_keys: tuple[str, ...]
    output_keys: tuple[str, ...]
    parameter_keys: tuple[str, ...]
    parameter_types: Mapping[str, str]
    pseudo: tuple[str, ...]
    policies: Mapping[str, str]
    conditions: bool

    @property
    def hot(self) -> bool:
        return self.family == "hot"

    def spell(self, word: str) -> str:
        """The dialect's spelling of a section or key."""
        return word if self.hot else CFN_SPELLING.get(word, word)

    def since(self, version: str) -> bool:
        """Whether this is HOT of at least that version."""
        return self.hot and self.version >= version


def _hot(version: str) -> Dialect:
    conditions = version >= CONDITIONS_SINCE
    policies = {name: name for name in POLICIES}
    if version >= LOWER_CASE_POLICIES_SINCE:
        policies |= {name.lower(): name for name in POLICIES}
    return Dialect(
        family="hot", key="heat_template_version", version=version, conditions=conditions,
        sections=tuple(name for name in HOT_SECTIONS if conditions or name != "conditions"),
        resource_keys=tuple(name for name in HOT_RESOURCE if conditions or name not in ("external_id", "condition")),
        output_keys=("description", "value", "condition") if conditions else ("description", "value"),
        parameter_keys=HOT_PARAMETER if version >= TAGS_SINCE else HOT_PARAMETER[:-1],
        parameter_types=HOT_TYPES, pseudo=PSEUDO_HOT, policies=policies)


def _cfn(family: str, key: str, version: str) -> Dialect:
    conditions = family == "aws"
    condition = ("Condition",) if conditions else ()
    return Dialect(
        family=family, key=key, version=version, conditions=conditions,
        sections=("AWSTemplateFormatVersion", "HeatTemplateFormatVersion", "Description", "Mappings", "Parameters",
                  "Resources", "Outputs", *(("Conditions",) if conditions else ())),
        resource_keys=("Type", "Properties", "Metadata", "DependsOn", "DeletionPolicy", "UpdatePolicy", "Description",
                       *condition),
        output_keys=("Description", "Value", *condition),
        parameter_keys=("Type", "Default", "NoEcho", "AllowedValues", "AllowedPattern", "MaxLength", "MinLength",
                        "MaxValue", "MinValue", "Description", "ConstraintDescription", "Label"),
        parameter_types=CFN_TYPES, pseudo=PSEUDO_CFN, policies={name: name for name in POLICIES})


DIALECTS: Mapping[tuple[str, str], Dialect] = {
    **{("heat_template_version", name): _hot(version)
       for version, aliases in HOT_VERSIONS.items() for name in (version, *aliases)},
    ("AWSTemplateFormatVersion", "2010-09-09"): _cfn("aws", "AWSTemplateFormatVersion", "2010-09-09"),
    ("HeatTemplateFormatVersion", "2012-12-12"): _cfn("heat", "HeatTemplateFormatVersion", "2012-12-12"),
}
VERSION_KEYS = ("heat_template_version", "AWSTemplateFormatVersion", "HeatTemplateFormatVersion")
