"""The 27 columns of the CTDC Global Synthetic Dataset, and how HTCDS 2.0 case codes become them.

Sources: CTDC Global Synthetic Data Codebook, version 2 (February 2024); HTCDS 2.0 field definitions.
Where a choice was ours, JUDGEMENTS says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..domain import Column, Domain
from .countries import COUNTRIES

NOT_SAID = ""
YEARS = tuple(str(year) for year in range(2002, 2023))
CHOICES = {
    "yearOfRegistration": YEARS,
    "gender": ("Man", "Woman", "Trans/Transgender/NonConforming"),
    "ageBroad": ("0--8", "9--17", "18--20", "21--23", "24--26", "27--29", "30--38", "39--47", "48+"),
    "traffickMonths": ("0--12 (0-1 yr)", "13--24 (1-2 yrs)", "25+ (2+ yrs)"),
}
YES_OR_NOT_SAID = (
    "meansDebtBondageEarnings",
    "meansThreats",
    "meansAbusePsyPhySex",
    "meansFalsePromises",
    "meansDrugsAlcohol",
    "meansDenyBasicNeeds",
    "meansExcessiveWorkHours",
    "meansWithholdDocs",
    "isForcedLabour",
    "isSexualExploit",
    "isOtherExploit",
    "typeOfLabourAgriculture",
    "typeOfLabourConstruction",
    "typeOfLabourDomesticWork",
    "typeOfLabourHospitality",
    "typeOfSexProstitution",
    "typeOfSexPornography",
    "recruiterRelationIntimatePartner",
    "recruiterRelationFriend",
    "recruiterRelationFamily",
    "recruiterRelationOther",
)
COUNTRY_COLUMNS = ("citizenship", "CountryOfExploitation")
ORDER = (
    "yearOfRegistration", "gender", "ageBroad", *COUNTRY_COLUMNS, "traffickMonths", *YES_OR_NOT_SAID,
)  # fmt: skip

FROM_HTCDS: Mapping[str, Mapping[str, str]] = {
    "MethodsOfControl": {
        "DebtBondage": "meansDebtBondageEarnings",
        "TakesEarnings": "meansDebtBondageEarnings",
        "PhysicalThreats": "meansThreats",
        "ThreatsLawEnforcement": "meansThreats",
        "ThreatensChildrenFamily": "meansThreats",
        "PsychologicalAbuse": "meansAbusePsyPhySex",
        "PhysicalAbuse": "meansAbusePsyPhySex",
        "SexualAbuse": "meansAbusePsyPhySex",
        "FalsePromises": "meansFalsePromises",
        "PsychoactiveSubstance": "meansDrugsAlcohol",
        "RestrictsFinancialAccess": "meansDenyBasicNeeds",
        "RestrictsMedicalCare": "meansDenyBasicNeeds",
        "WithholdsNecessities": "meansDenyBasicNeeds",
        "RestrictsMovement": "meansDenyBasicNeeds",
        "ExcessiveWorkingHours": "meansExcessiveWorkHours",
        "WithholdsDocuments": "meansWithholdDocs",
    },
    "TypeOfExploitation": {
        "ForcedLabour": "isForcedLabour",
        "SexualExploitation": "isSexualExploit",
        "ForcedMarriage": "isOtherExploit",
        "ForcedMilitaryByNonStateActors": "isOtherExploit",
        "OrganRemoval": "isOtherExploit",
        "ChildLabour": "isOtherExploit",
        "Servitude": "isOtherExploit",
        "ForcedBegging": "isOtherExploit",
        "ForcedAdoption": "isOtherExploit",
        "Surrogacy": "isOtherExploit",
        "Other": "isOtherExploit",
    },
    "ForcedLabourIndustry": {
        "A_AgricultureForestryAndFishing": "typeOfLabourAgriculture",
        "F_Construction": "typeOfLabourConstruction",
        "T_ActivitiesOfHouseholdsAsEmployers": "typeOfLabourDomesticWork",
        "I_AccommodationAndFoodServiceActivities": "typeOfLabourHospitality",
    },
    "TypeOfSexExploitation": {
        "Prostitution": "typeOfSexProstitution",
        "Pornography": "typeOfSexPornography",
    },
    "RelationshipToTrafficker": {
        "Familial": "recruiterRelationFamily",
        "Unaquainted": "recruiterRelationOther",
    },
}
GENDERS = {
    "Feminine": "Woman",
    "Masculine": "Man",
    "TransgenderFeminine": "Trans/Transgender/NonConforming",
    "TransgenderMasculine": "Trans/Transgender/NonConforming",
    "NonConforming": "Trans/Transgender/NonConforming",
}
JUDGEMENTS = {
    "TypeOfExploitation": "child labour, servitude, begging, adoption and surrogacy count as other exploitation",
    "RelationshipToTrafficker": "a stranger counts as other; Acquainted could be friend or partner and is left out",
    "ForcedLabourIndustry": "CTDC's agriculture is narrower than HTCDS's (no forestry, no fishing)",
}


def _column(name: str) -> Column:
    if name in COUNTRY_COLUMNS:
        return Column(name, (NOT_SAID, *COUNTRIES), (NOT_SAID, *COUNTRIES.values()))
    if name in CHOICES:
        return Column(name, (NOT_SAID, *CHOICES[name]))
    return Column(name, (NOT_SAID, "1"))


DOMAIN = Domain.of(map(_column, ORDER), "CTDC Global Synthetic Data Codebook, version 2, February 2024")


def from_htcds(answers: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """One HTCDS case (field → codes chosen) as a CTDC row; what does not carry over stays "not said"."""
    row = dict.fromkeys(ORDER, NOT_SAID)
    for field, codes in answers.items():
        for code in codes:
            column = FROM_HTCDS.get(field, {}).get(code)
            if column is not None:
                row[column] = "1"
            if field == "Gender":
                row["gender"] = GENDERS.get(code, NOT_SAID)
    return row
