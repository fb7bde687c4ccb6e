"""Invents customers: the same ones for the same seed. Nobody here exists, nor do the domains."""

import random
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain, islice
from typing import Any

from cg_sync.sandbox.traits import Person, with_channel, with_known_traits, with_traits


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST_DAY = datetime(2019, 1, 1, tzinfo=UTC)
_DAYS = 2400

_FEMALE = _words(
    "Ayşe Fatma Zeynep Elif Emine Merve Büşra Şeyma Gülşen İrem Özge Çağla Ece Defne Nil Işıl "
    "Anna Emma Sofia Chloé Ingrid Lucía Yasmin Olga Hanna Noor"
)
_MALE = _words(
    "Mehmet Mustafa Ahmet Ali Hüseyin İbrahim Ömer Emre Çınar Yiğit Barış Kağan Şükrü Umut Efe "
    "Onur Lukas Jürgen Pierre Marco Diego Oleg Karim James Søren Mateusz"
)
_LAST = _words(
    "Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan "
    "Çetin Kara Koç Kurt Özkan Şimşek Işık Güneş Müller Schmidt Rossi García Dubois Novák "
    "Kowalski Ivanov Jensen Haddad Smith O'Neill"
)
_CITIES = _words(
    "İstanbul Ankara İzmir Bursa Antalya Konya Adana Gaziantep Eskişehir Trabzon Diyarbakır "
    "Muğla Berlin Paris Sofya"
)
_TAGS = ("newsletter", "app", "outlet", "loyalty", "gift-card", "click-and-collect")
_SOURCES = ("default", "facebook", "google", "apple")

_MAIL = ("example.com", "example.org", "mail.example.net", "posta.example", "eposta.example.org")
_SCHOOLS = (
    *("ogr.ornek-universitesi.edu.tr", "cs.ornek-universitesi.edu.tr", "std.deneme-teknik.edu.tr"),
    *("deneme-teknik.edu.tr", "ornek-lisesi.k12.tr", "deneme-koleji.k12.tr", "cs.example.edu"),
)
_ALUMNI = ("mezun.ornek-universitesi.edu.tr", "alumni.deneme-teknik.edu.tr")
# Not schools, though a careless rule takes them for some.
_LOOK_ALIKES = ("fakeedu.example", "edu.tr.example.com", "ornek-universitesi-edu.tr.example")
_COMPANIES = ("acme.example", "globex.example", "initech.example", "örnek-ticaret.example")

_KINDS = ("private", "student", "alumni", "company", "look_alike", "guest")
_SHARES = (68, 14, 3, 8, 1, 6)
_DOMAINS = {
    "private": _MAIL,
    "student": _SCHOOLS,
    "alumni": _ALUMNI,
    "company": _COMPANIES,
    "look_alike": _LOOK_ALIKES,
    "guest": _MAIL,
}
_CHANNELS = (1, 2, 3, 5)
_CHANNEL_SHARES = (92, 3, 3, 2)

WELL_KNOWN = 10


def people(*, seed: int, count: int) -> Iterator[Person]:
    """`count` people, the well-known ones first; a smaller count is a beginning of a larger."""
    return islice(chain(well_known(), _invented(seed)), count)


def well_known() -> Iterator[Person]:
    """The people the documentation names; they are there whatever the seed."""
    verified, unverified = {"email_verified": True}, {"email_verified": False}
    students = "ogr.ornek-universitesi.edu.tr"
    rows: tuple[tuple[str, str, str, Person], ...] = (
        ("Ayşe", "Yılmaz", f"ayse.yilmaz@{students}", {"extra_field": verified}),
        ("Elif", "Şahin", "elif.sahin@mezun.ornek-universitesi.edu.tr", {"extra_field": verified}),
        ("Mehmet", "Demir", "mehmet.demir@example.com", {"extra_field": verified}),
        (
            *("Hüseyin", "Öztürk", "huseyin.ozturk@toptan.example"),
            {
                "erp_code": "B2B-0001",
                "extra_field": verified | {"tax_no": "1234567890"},
            },
        ),
        ("Jane", "Miller", "jane.miller@acme.example", {}),
        ("Can", "Kurt", f"can.kurt@{students}", {"is_active": False, "extra_field": verified}),
        (
            *("Zeynep", "Kaya", "Zeynep.KAYA@Ogr.Ornek-Universitesi.EDU.TR"),
            {"extra_field": verified},
        ),
        ("Işıl", "Çelik", "isil.celik@örnek-mağaza.example", {"extra_field": unverified}),
        ("Umut", "Aydın", f"umut.aydin@{students}", {"extra_field": unverified}),
        (
            *("Deniz", "Koç", "deniz.koc@fakeedu.example"),
            {"date_of_birth": None, "gender": None, "phone_number": None},
        ),
    )
    for number, (first, last, email, more) in enumerate(rows, start=1):
        person: Person = {
            "channel": 1,
            "email": email,
            "first_name": first,
            "last_name": last,
            "phone_number": f"+90500000{number:04}",
            "is_active": True,
            "channel_code": f"W{number:03}",
            "attributes": {"register_client_type": "default"},
            "extra_field": {},
            "email_allowed": True,
            "gender": "female" if first in ("Ayşe", "Elif", "Jane", "Zeynep", "Işıl") else "male",
            "user_type": "registered",
            "date_of_birth": date(2000, number, 10 + number),
            "date_joined": _FIRST_DAY,
            "created_date": _FIRST_DAY,
            "modified_date": _FIRST_DAY,
        }
        yield with_known_traits(number, person | more)


def _invented(seed: int) -> Iterator[Person]:
    dice = random.Random(f"cg-sync sandbox {seed}")
    # What was invented later has dice of its own, so that the rest stays as it was.
    more_dice = random.Random(f"cg-sync sandbox {seed}, traits")
    channel_dice = random.Random(f"cg-sync sandbox {seed}, channels")
    number = WELL_KNOWN
    while True:
        number += 1
        yield with_channel(channel_dice, with_traits(more_dice, _person(dice, number)))


def _person(dice: random.Random, number: int) -> Person:
    kind = dice.choices(_KINDS, _SHARES)[0]
    gender = dice.choice(("female", "male"))
    first = dice.choice(_FEMALE if gender == "female" else _MALE)
    last = dice.choice(_LAST)
    joined = _FIRST_DAY + timedelta(days=dice.randrange(_DAYS), seconds=dice.randrange(86_400))
    born = date(1950, 1, 1) + timedelta(days=dice.randrange(20_500))
    return {
        "channel": dice.choices(_CHANNELS, _CHANNEL_SHARES)[0],
        "email": _email(dice, first, last, dice.choice(_DOMAINS[kind]), number),
        "first_name": first,
        "last_name": last,
        "phone_number": f"+905{number:09}" if dice.random() < 0.85 else None,
        "is_active": dice.random() < 0.93,
        "channel_code": f"C{number}",
        "erp_code": f"ERP-{number:07}" if dice.random() < 0.4 else None,
        "attributes": _attributes(dice),
        "extra_field": _extra_field(dice, kind),
        "email_allowed": dice.random() < 0.6,
        "sms_allowed": dice.random() < 0.4,
        "call_allowed": dice.random() < 0.2,
        "date_joined": None if kind == "guest" else joined,
        "date_of_birth": born if dice.random() < 0.7 else None,
        "gender": gender if dice.random() < 0.8 else None,
        "user_type": "guest" if kind == "guest" else "registered",
        "created_date": joined,
        "modified_date": joined + timedelta(days=dice.randrange(60)),
    }


def _email(dice: random.Random, first: str, last: str, domain: str, number: int) -> str:
    """An address that ends in the number before the @, which makes it the only one."""
    first, last = _ascii(first), _ascii(last)
    local = dice.choice((f"{first}.{last}", f"{first[0]}{last}_", f"{last}-{first}")) + str(number)
    match dice.randrange(12):
        case 0:
            return f"{local.title()}@{domain}"
        case 1:
            return f"{local.upper()}@{domain.upper() if domain.isascii() else domain}"
    return f"{local}@{domain}"


def _ascii(name: str) -> str:
    plain = name.lower().translate(str.maketrans("ıøł'", "iol_")).replace("_", "")
    return unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()


def _attributes(dice: random.Random) -> dict[str, Any]:
    attributes: dict[str, Any] = {"register_client_type": dice.choice(_SOURCES)}
    if dice.random() < 0.8:
        city = dice.choice(_CITIES)
        attributes["city"] = city if dice.random() < 0.9 else city.upper()
    if dice.random() < 0.3:
        attributes["loyalty_points"] = dice.randrange(0, 5000, 10)
    return attributes


def _extra_field(dice: random.Random, kind: str) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    verified = dice.random()
    if verified < 0.85:
        extra["email_verified"] = verified < 0.7
    if dice.random() < 0.35:
        extra["tags"] = sorted(dice.sample(_TAGS, dice.randrange(1, 3)))
    if kind == "company":
        extra["tax_no"] = f"{dice.randrange(10**9, 10**10)}"
    return extra
