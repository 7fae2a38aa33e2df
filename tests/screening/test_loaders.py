"""Lists as their publishers write them; and files that are none, or that mean harm."""

from __future__ import annotations

import datetime

import pytest

from odoo.addons.payment_bridge.screening.loaders import LOADERS
from odoo.addons.payment_bridge.screening.parties import ENTITY, OTHER, PERSON, ListError, LoadedList, Party

OFAC_CSV = b"""36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r
2674,"ABBAS, Abu","individual","SDGT] [NPWMD",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 10 Dec 1948."\r
15036,"ARTAVIL","vessel","IRAN",-0- ,"5IM588","Crude Oil Tanker",-0- ,-0- ,"Tanzania",-0- ,"a \"\"former\"\" name."\r
\x1a"""
OFAC_ALT = b'36,12,"aka","AERO-CARIBBEAN",-0- \r\n36,13,"fka","-0- ",-0- \r\n99,14,"aka","NOBODY",-0- \r\n'
OFAC_ADD = b'36,25,-0- ,"Havana","Cuba",-0- \r\n2674,26,-0- ,-0- ,-0- ,-0- \r\n'
OFAC_XML = b"""<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML">
  <publshInformation><Publish_Date>06/22/2026</Publish_Date><Record_Count>2</Record_Count></publshInformation>
  <sdnEntry><uid>36</uid><lastName>AEROCARIBBEAN AIRLINES</lastName><sdnType>Entity</sdnType>
    <programList><program>CUBA</program></programList>
    <akaList><aka><uid>12</uid><type>a.k.a.</type><category>strong</category><lastName>AERO-CARIBBEAN</lastName></aka></akaList>
    <addressList><address><uid>25</uid><city>Havana</city><country>Cuba</country></address></addressList></sdnEntry>
  <sdnEntry><uid>2674</uid><firstName>Abu</firstName><lastName>ABBAS</lastName><sdnType>Individual</sdnType>
    <programList><program>SDGT</program><program>NPWMD</program></programList></sdnEntry>
</sdnList>"""
EU_XML = """<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-08-05T16:47:04.449+02:00">
  <sanctionEntity designationDate="2003-07-08" unitedNationId="" euReferenceNumber="EU.77.33" logicalId="83">
    <regulation regulationType="regulation" programme="IRQ" logicalId="1"/>
    <subjectType code="person" classificationCode="P"/>
    <nameAlias firstName="Tarek" middleName="Mikhail" lastName="Aziz" wholeName="Tarek Mikhail Aziz" strong="true"/>
    <nameAlias firstName="Tariq" middleName="" lastName="Aziz" wholeName="" strong="true"/>
    <citizenship countryIso2Code="IQ" countryDescription="IRAQ"/>
  </sanctionEntity>
  <sanctionEntity logicalId="201"><subjectType code="enterprise" classificationCode="E"/>
    <nameAlias wholeName="Organização Abu Nidal"/><address countryIso2Code="00"/><address countryIso2Code="LB"/>
  </sanctionEntity>
</export>""".encode()
EU_CSV = '''\ufefffileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_SubjectType;\
Entity_SubjectType_ClassificationCode;Entity_Regulation_Programme;NameAlias_LastName;NameAlias_FirstName;\
NameAlias_MiddleName;NameAlias_WholeName;Address_CountryIso2Code;Citizenship_CountryIso2Code
05/08/2026;83;EU.77.33;P;person;IRQ;Aziz;Tarek;Mikhail;Tarek Mikhail Aziz;;
05/08/2026;83;EU.77.33;P;person;;Aziz;Tariq;;;;
05/08/2026;83;EU.77.33;P;person;;;;;;;IQ
05/08/2026;201;;E;enterprise;;;;;"Organização ""Abu; Nidal""";LB;
;;;;;;;;;;;
'''.encode()
UN_XML = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-09-30T14:00:03.12Z"><INDIVIDUALS><INDIVIDUAL>
  <DATAID>6908555</DATAID><FIRST_NAME>RI</FIRST_NAME><SECOND_NAME>WON HO</SECOND_NAME><THIRD_NAME/>
  <UN_LIST_TYPE>DPRK</UN_LIST_TYPE><REFERENCE_NUMBER>KPi.033</REFERENCE_NUMBER>
  <NAME_ORIGINAL_SCRIPT>리원호</NAME_ORIGINAL_SCRIPT>
  <NATIONALITY><VALUE>Democratic People's Republic of Korea</VALUE></NATIONALITY>
  <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Lee Won Ho</ALIAS_NAME></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS></INDIVIDUAL></INDIVIDUALS>
  <ENTITIES><ENTITY><DATAID>4553</DATAID><FIRST_NAME>KOREA MINING</FIRST_NAME>
  <REFERENCE_NUMBER>KPe.001</REFERENCE_NUMBER>
  <ENTITY_ALIAS><ALIAS_NAME>KOMID</ALIAS_NAME></ENTITY_ALIAS><ENTITY_ADDRESS><COUNTRY>DPRK</COUNTRY></ENTITY_ADDRESS>
  </ENTITY></ENTITIES></CONSOLIDATED_LIST>""".encode()
OWN_CSV = "名称,别名,类型,国家\n骗子贸易有限公司,Pianzi Trading；骗子商行,企业,CN\n=cmd|' /C calc'!A0,,,\n"

EXPECTED = {
    "ofac_csv": (
        Party("36", ("AEROCARIBBEAN AIRLINES", "AERO-CARIBBEAN"), ENTITY, ("CUBA",), ("Cuba",)),
        Party("2674", ("ABBAS, Abu",), PERSON, ("SDGT", "NPWMD")),
        Party("15036", ("ARTAVIL",), OTHER, ("IRAN",)),
    ),
    "ofac_xml": (
        Party("36", ("AEROCARIBBEAN AIRLINES", "AERO-CARIBBEAN"), ENTITY, ("CUBA",), ("Cuba",)),
        Party("2674", ("Abu ABBAS",), PERSON, ("SDGT", "NPWMD")),
    ),
    "eu_xml": (
        Party("EU.77.33", ("Tarek Mikhail Aziz", "Tariq Aziz"), PERSON, ("IRQ",), ("IQ",)),
        Party("201", ("Organização Abu Nidal",), ENTITY, (), ("LB",)),
    ),
    "eu_csv": (
        Party("EU.77.33", ("Tarek Mikhail Aziz", "Tariq Aziz"), PERSON, ("IRQ",), ("IQ",)),
        Party("201", ('Organização "Abu; Nidal"',), ENTITY, (), ("LB",)),
    ),
    "un_xml": (
        Party(
            "KPi.033",
            ("RI WON HO", "리원호", "Lee Won Ho"),
            PERSON,
            ("DPRK",),
            ("Democratic People's Republic of Korea",),
        ),
        Party("KPe.001", ("KOREA MINING", "KOMID"), ENTITY, (), ("DPRK",)),
    ),
    "own_csv": (
        Party("line 2", ("骗子贸易有限公司", "Pianzi Trading", "骗子商行"), ENTITY, (), ("CN",)),
        Party("line 3", ("=cmd|' /C calc'!A0",), OTHER),
    ),
}
FILES = {
    "ofac_csv": OFAC_CSV,
    "ofac_xml": OFAC_XML,
    "eu_xml": EU_XML,
    "eu_csv": EU_CSV,
    "un_xml": UN_XML,
    "own_csv": OWN_CSV.encode(),
}
PUBLISHED = {
    "ofac_xml": datetime.date(2026, 6, 22),
    "eu_xml": datetime.date(2026, 8, 5),
    "eu_csv": datetime.date(2026, 8, 5),
    "un_xml": datetime.date(2026, 9, 30),
}


def load(code: str, data: bytes) -> LoadedList:
    more = {"aliases": OFAC_ALT, "addresses": OFAC_ADD} if code == "ofac_csv" and data is OFAC_CSV else {}
    return LOADERS[code](data, **more)


@pytest.mark.parametrize("code", LOADERS)
def test_each_format_gives_its_parties(code: str) -> None:
    loaded = load(code, FILES[code])
    assert loaded.parties == EXPECTED[code]
    assert loaded.published == PUBLISHED.get(code)


@pytest.mark.parametrize("code", LOADERS)
@pytest.mark.parametrize("data", [b"", b"\n", b"hello", b"\xff\xfe\x00", b"\x00" * 50, b"<a/>", b"a,b\n1,2\n", b"{}"])
def test_a_file_of_another_kind_is_refused(code: str, data: bytes) -> None:
    with pytest.raises(ListError):
        load(code, data)


@pytest.mark.parametrize("code", sorted(set(LOADERS) - {"own_csv"}))
@pytest.mark.parametrize("other", sorted(LOADERS))
def test_one_publishers_file_does_not_pass_as_anothers(code: str, other: str) -> None:
    if code != other:
        with pytest.raises(ListError):
            load(code, FILES[other])


HOSTILE = {
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    "billion laughs": '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY x "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>',
    "external type": '<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd">',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://192.0.2.1/x"> %x;]>',
}


@pytest.mark.parametrize("how", HOSTILE)
@pytest.mark.parametrize("code", ["ofac_xml", "eu_xml", "un_xml"])
def test_hostile_xml_is_refused_and_reads_nothing_else(code: str, how: str) -> None:
    text = FILES[code].decode()
    declaration, rest = text.split("?>", 1)
    name = "AEROCARIBBEAN AIRLINES" if code == "ofac_xml" else "Aziz" if code == "eu_xml" else "KOMID"
    hostile = f"{declaration}?>{HOSTILE[how]}{rest.replace(name, '&x;' if how != 'external type' else name, 1)}"
    with pytest.raises(ListError):
        load(code, hostile.encode())


def test_a_deep_file_does_not_exhaust_the_machine() -> None:
    with pytest.raises(ListError):
        load("ofac_xml", b"<sdnList>" + b"<a>" * 100_000)


def test_chinese_spreadsheets_are_read() -> None:
    assert load("own_csv", OWN_CSV.encode("gb18030")).parties == EXPECTED["own_csv"]


@pytest.mark.parametrize(
    ("text", "line"), [("name,kind\n\n,x\n", 3), ("reference,name\n1,A\n2,\n", 3), ("aliases\nx\n", 1)]
)
def test_a_broken_own_list_says_where(text: str, line: int) -> None:
    with pytest.raises(ListError) as raised:
        load("own_csv", text.encode())
    assert raised.value.line == line
