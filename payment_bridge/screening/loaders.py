"""The formats in which authorities publish their lists, and one for own lists.

Sources: OFAC's Sanctions List Service (SDN and consolidated, CSV and XML), the EU's Financial Sanctions Files 1.1 (XML
and CSV), the UN Security Council's consolidated list (XML).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from .files import children, read_csv, read_xml, text
from .parties import ENTITY, OTHER, PERSON, Draft, ListError, LoadedList, finish

OFAC_NULL = "-0-"
OFAC_COLUMNS = 12
OFAC_KINDS = {"individual": PERSON, "entity": ENTITY, OFAC_NULL: ENTITY, "": ENTITY}
EU_KINDS = {"person": PERSON, "enterprise": ENTITY, "p": PERSON, "e": ENTITY}
OWN_COLUMNS = {"reference": "reference", "name": "name", "aliases": "aliases", "kind": "kind", "country": "country",
               "编号": "reference", "名称": "name", "别名": "aliases", "类型": "kind", "国家": "country"}  # fmt: skip
OWN_KINDS = {"person": PERSON, "个人": PERSON, "entity": ENTITY, "company": ENTITY, "企业": ENTITY, "公司": ENTITY}


def load_ofac_csv(data: bytes, aliases: bytes | None = None, addresses: bytes | None = None) -> LoadedList:
    """SDN.CSV or CONS_PRIM.CSV, with ALT.CSV and ADD.CSV (or CONS_…) beside it; none has a header row.

    Columns: number, name, type, programme, …; alternatives: number, alternative's number, kind, name, remarks;
    addresses: number, address's number, address, city, country, remarks.
    """
    drafts: dict[str, Draft] = {}
    for line, row in read_csv(data):
        if len(row) < OFAC_COLUMNS or not row[0].isdigit():
            raise ListError(
                f"a row has not the {OFAC_COLUMNS} columns of an OFAC list",
                f"某行没有 OFAC 名单的 {OFAC_COLUMNS} 列",
                line,
            )
        number, name, kind, programmes = row[:4]
        drafts[number] = Draft(number, OFAC_KINDS.get(kind.lower(), OTHER), [_ofac(name)])
        drafts[number].programmes += _ofac(programmes).replace("] [", ";").strip("[]").split(";")
    for line, row in read_csv(aliases or b""):
        if len(row) < 4 or not row[0].isdigit():
            raise ListError("a row has not the columns of OFAC's alternate names", "某行没有 OFAC 别名文件的各列", line)
        if draft := drafts.get(row[0]):
            draft.names.append(_ofac(row[3]))
    for line, row in read_csv(addresses or b""):
        if len(row) < 5 or not row[0].isdigit():
            raise ListError("a row has not the columns of OFAC's addresses", "某行没有 OFAC 地址文件的各列", line)
        if draft := drafts.get(row[0]):
            draft.countries.append(_ofac(row[4]))
    return finish(drafts.values())


def _ofac(cell: str) -> str:
    return "" if cell == OFAC_NULL else cell


def load_ofac_xml(data: bytes) -> LoadedList:
    """SDN.XML or CONSOLIDATED.XML."""
    published, drafts = None, []
    for name, element in read_xml(data, "Publish_Date", "sdnEntry"):
        if name == "Publish_Date":
            published = _day(element.text, "%m/%d/%Y")
            continue
        draft = Draft(text(element, "uid"), OFAC_KINDS.get(text(element, "sdnType").lower(), OTHER))
        for holder in (element, *children(element, "akaList", "aka")):
            draft.names.append(" ".join((text(holder, "firstName"), text(holder, "lastName"))))
        draft.programmes += [one.text for one in children(element, "programList", "program")]
        draft.countries += [one.text for one in children(element, "addressList", "address", "country")]
        drafts.append(draft)
    return finish(drafts, published)


def load_eu_xml(data: bytes) -> LoadedList:
    """The EU's xmlFullSanctionsList 1.1."""
    published, drafts = None, []
    for _name, element in read_xml(data, "sanctionEntity"):
        export = element.getparent()
        published = published or _day((export.get("generationDate") or "")[:10], "%Y-%m-%d")
        subject = children(element, "subjectType")
        draft = Draft(
            element.get("euReferenceNumber") or element.get("logicalId") or "",
            EU_KINDS.get(subject[0].get("code", "").lower(), OTHER) if subject else OTHER,
        )
        for alias in children(element, "nameAlias"):
            parts = (alias.get("firstName"), alias.get("middleName"), alias.get("lastName"))
            draft.names.append(alias.get("wholeName") or " ".join(part for part in parts if part))
        draft.programmes += [one.get("programme") for one in children(element, "regulation")]
        for place in (*children(element, "citizenship"), *children(element, "address")):
            draft.countries.append(place.get("countryIso2Code", "").replace("00", ""))
        drafts.append(draft)
    return finish(drafts, published)


def load_eu_csv(data: bytes) -> LoadedList:
    """The EU's csvFullSanctionsList 1.1: semicolons, a header, a row for each name, address or number of an entity."""
    rows = read_csv(data, ";")
    columns = _header(rows, "Entity_LogicalId", "NameAlias_WholeName")
    published, drafts = None, {}
    for _line, row in rows:

        def cell(name: str, row: list[str] = row) -> str:
            place = columns.get(name)
            return row[place] if place is not None and place < len(row) else ""

        number = cell("Entity_LogicalId")
        if not number:
            continue
        published = (
            published
            or _day(cell("fileGenerationDate"), "%d/%m/%Y")
            or _day(cell("fileGenerationDate")[:10], "%Y-%m-%d")
        )
        kind = cell("Entity_SubjectType_ClassificationCode") or cell("Entity_SubjectType")
        reference = cell("Entity_EU_ReferenceNumber") or number
        draft = drafts.setdefault(number, Draft(reference, EU_KINDS.get(kind.lower(), OTHER)))
        parts = [cell(f"NameAlias_{part}Name") for part in ("First", "Middle", "Last")]
        draft.names.append(cell("NameAlias_WholeName") or " ".join(part for part in parts if part))
        draft.programmes.append(cell("Entity_Regulation_Programme"))
        draft.countries += [cell("Citizenship_CountryIso2Code"), cell("Address_CountryIso2Code")]
    return finish(drafts.values(), published)


def load_un_xml(data: bytes) -> LoadedList:
    """The UN Security Council's consolidated list."""
    published, drafts = None, []
    for name, element in read_xml(data, "INDIVIDUAL", "ENTITY"):
        published = published or _day((element.getroottree().getroot().get("dateGenerated") or "")[:10], "%Y-%m-%d")
        draft = Draft(text(element, "REFERENCE_NUMBER") or text(element, "DATAID"))
        draft.kind = PERSON if name == "INDIVIDUAL" else ENTITY
        parts = (text(element, f"{place}_NAME") for place in ("FIRST", "SECOND", "THIRD", "FOURTH"))
        draft.names.append(" ".join(part for part in parts if part))
        draft.names.append(text(element, "NAME_ORIGINAL_SCRIPT"))
        draft.names += [text(alias, "ALIAS_NAME") for alias in children(element, f"{name}_ALIAS")]
        draft.programmes.append(text(element, "UN_LIST_TYPE"))
        draft.countries += [one.text for one in children(element, "NATIONALITY", "VALUE")]
        draft.countries += [text(one, "COUNTRY") for one in children(element, f"{name}_ADDRESS")]
        drafts.append(draft)
    return finish(drafts, published)


def load_own_csv(data: bytes) -> LoadedList:
    """An own list with a header: name, and where known reference, aliases (separated by ;), kind, country.

    The columns may be called in Chinese: 名称, 编号, 别名, 类型, 国家.
    """
    rows = read_csv(data)
    columns = {OWN_COLUMNS[name]: place for name, place in _header(rows).items() if name in OWN_COLUMNS}
    if "name" not in columns:
        raise ListError(
            "the first row must name the columns, one of them “name” or “名称”",
            "首行必须是列名，其中须有“名称”或“name”",
            1,
        )
    drafts = []
    for line, row in rows:
        cells = {name: row[place] if place < len(row) else "" for name, place in columns.items()}
        if not cells["name"]:
            raise ListError("a row has no name", "某行没有名称", line)
        draft = Draft(cells.get("reference") or f"line {line}", OWN_KINDS.get(cells.get("kind", "").lower(), OTHER))
        draft.names += [cells["name"], *cells.get("aliases", "").replace("；", ";").split(";")]
        draft.countries.append(cells.get("country", ""))
        drafts.append(draft)
    return finish(drafts)


def _header(rows, *needed: str) -> dict[str, int]:
    """The places of the columns by name."""
    _line, cells = next(rows, (0, []))
    columns = {cell.strip().lower() if not needed else cell.strip(): place for place, cell in enumerate(cells)}
    if missing := [name for name in needed if name not in columns]:
        raise ListError(f"the first row does not name the column {missing[0]}", f"首行缺少列 {missing[0]}", 1)
    return columns


def _day(value: str | None, pattern: str) -> date | None:
    try:
        return datetime.strptime((value or "").strip(), pattern).date()
    except ValueError:
        return None


LOADERS: Mapping[str, Callable[..., LoadedList]] = {
    "ofac_csv": load_ofac_csv,
    "ofac_xml": load_ofac_xml,
    "eu_xml": load_eu_xml,
    "eu_csv": load_eu_csv,
    "un_xml": load_un_xml,
    "own_csv": load_own_csv,
}
