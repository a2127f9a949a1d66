"""What a column is about, judged by its name and its table's: `custEmail` -> email.

Knows nothing of values or questions.
"""

from __future__ import annotations

import re
from functools import lru_cache

from text2sql.made_up.vocabulary import WORDS

_SHORT = {
    "qty": "quantity", "amt": "amount", "num": "number", "no": "number", "nr": "number",
    "desc": "description", "descr": "description", "addr": "address", "tel": "phone",
    "telephone": "phone", "mobile": "phone", "cell": "phone", "fax": "phone", "fname": "firstname",
    "lname": "lastname", "mname": "middle",
    "surname": "lastname", "forename": "firstname", "dob": "birthdate",
    "birthday": "birthdate", "dept": "department", "cat": "category", "mail": "email",
    "postcode": "zip", "zipcode": "zip", "postal": "zip", "lat": "latitude", "lng": "longitude",
    "lon": "longitude", "pct": "percent", "percentage": "percent", "yr": "year", "sal": "salary",
    "sex": "gender", "colour": "color", "uom": "unit", "pos": "position", "emp": "employee",
    "cust": "customer", "prod": "product", "cnt": "count", "acct": "account", "bal": "balance",
    "lang": "language", "mgr": "manager", "stu": "student", "prof": "professor", "img": "image",
    "picture": "image", "photo": "image", "pwd": "password", "passwd": "password",
    "pass": "password", "org": "organization", "organisation": "organization", "datetime": "date",
    "timestamp": "date",
    "user": "user", "nicename": "username", "login": "username", "uname": "username",
    "firstname": "firstname", "lastname": "lastname", "pts": "points", "avg": "average",
}  # fmt: skip
_WHOLE = frozenset(
    "firstname lastname middlename username screenname nickname filename hostname dayname "
    "monthname brandname unitname subjectname typename update candidate mandate validate "
    "birthdate prototype datatype bloodtype contenttype mimetype roomtype bedtype zipcode barcode "
    "countrycode encode decode accountid paid unpaid valid invalid grid hybrid solid liquid rapid "
    "acid fluid void avoid covid kid raid arid android centroid steroid humid".split()
)
_PLAIN_PLURAL = re.compile(r"(?<![su])s$")
_LABELS = frozenset("name names title label value text str string".split())
_NOISE = frozenset("tbl t dim fact ref lkp lookup the of other my is has".split())

# What a thing's own name looks like: customers.name is a person's, cities.name a city's.
_NAMED = {
    "person": "person people customer client buyer employee worker staff student pupil teacher "
    "professor instructor doctor physician nurse patient author writer singer actor player coach "
    "member guest visitor passenger pilot driver captain manager owner tenant resident citizen "
    "candidate engineer technician scientist researcher volunteer donor supervisor judge lawyer "
    "host friend farmer director photographer reviewer contact salesperson sender recipient "
    "head athlete swimmer wrestler rider runner champion winner incumbent opponent speaker "
    "musician trainer applicant participant contestant advisor borrower holder conductor composer "
    "producer editor agent perpetrator entrepreneur architect inspector parent child skip "
    "performer partner spouse faculty voter beneficiary lead leader reporter assignee faculty "
    "jockey skipper president representative senator governor mayor founder ceo".split(),
    "company": "company supplier vendor shipper manufacturer publisher organization brand firm "
    "merchant distributor agency customercompany business employer sponsor carrier bank maker "
    "studio contractor insurer provider broker partnercompany label constructor entrant".split(),
    "product": "product item article good merchandise sku part stock commodity".split(),
    "city": "city town municipality hometown location destination origin birthplace capital "
    "venue place".split(),
    "state": "state province region county district".split(),
    "country": "country nation".split(),
    "continent": ["continent"],
    "username": "username user account handle nickname screenname".split(),
}
_TOPICS = {
    "firstname": "firstname given", "lastname": "lastname family", "person": "by person",
    "email": "email", "phone": "phone", "address": "address street line addressline",
    "zip": "zip", "country code": "countrycode", "url": "url website link homepage site uri",
    "image": "image avatar logo thumbnail icon poster", "file": "file filename path attachment",
    "ip": "ip ipaddress host hostname", "secret": "password hash token secret salt key checksum "
    "md5 sha signature",
    "code": "code sku isbn barcode reference serial license iban vin ean upc ssn tracking "
    "registration plate callsign number",
    "sentence": "description comment note details remark review content body message summary "
    "text abstract bio biography feedback question answer reason synopsis plot overview subject "
    "caption instruction memo excerpt",
    "headline": "headline post blog topic news article thread page issue ticket task todo",
    "slug": "slug permalink guid", "version": "version release revision",
    "timezone": "timezone", "middle": "middle initial middlename",
    "nationality": "nationality nat citizenship", "salutation": "salutation prefix honorific",
    "job": "job occupation profession jobtitle designation", "role": "role permission",
    "gender": "gender", "status": "status state", "priority": "priority", "severity": "severity",
    "type": "type kind", "category": "category", "segment": "segment", "color": "color",
    "size": "size", "language": "language", "currency": "currency",
    "department": "department division unitname", "course": "course lesson workshop module class "
    "subjectname", "degree": "degree", "grade": "grade", "school": "school college university "
    "campus institution", "academic department": "major minor faculty", "sport": "sport hobby",
    "team": "team club squad opponent", "league": "league", "position": "position",
    "party": "party affiliation", "religion": "religion", "genre": "genre style",
    "film": "film movie show series episode program", "book": "book novel publication",
    "song": "song track single composition", "album": "album record", "artist": "artist band "
    "orchestra group", "instrument": "instrument", "cuisine": "cuisine", "dish": "dish recipe meal "
    "menu food menuitem", "disease": "disease diagnosis condition illness symptom allergy",
    "drug": "drug medication medicine brandname", "procedure": "procedure treatment test surgery",
    "specialty": "specialty specialization expertise", "blood type": "bloodtype blood",
    "animal": "animal species", "breed": "breed", "pet name": "pet dog cat", "airline": "airline",
    "airport": "airport", "aircraft": "aircraft plane", "car make": "make makers",
    "car model": "vehicle car", "body style": "bodystyle", "fuel": "fuel", "transport": "transport",
    "plan": "plan tier subscription membership package", "level": "level difficulty rank",
    "material": "material", "unit": "unit", "building": "building hall dorm office branch "
    "facility warehouse store shop", "room type": "roomtype bedtype decor", "hotel": "hotel "
    "apartment property", "restaurant": "restaurant cafe bar", "museum": "museum gallery "
    "attraction", "stadium": "stadium arena ground circuit track stadium", "event": "event "
    "festival activity campaign exhibition ceremony", "competition": "competition tournament "
    "championship race game match cup", "award": "award prize medal", "project": "project "
    "initiative program", "skill": "skill", "service": "service", "channel": "channel source "
    "medium", "tag": "tag keyword", "device": "device", "browser": "browser", "system": "os "
    "platform", "model": "model engine chassis", "theme": "theme", "result": "result outcome "
    "decision", "surface": "surface", "season": "season", "semester": "semester term",
    "weekday": "weekday day dayname", "month": "month monthname", "relationship": "relationship",
    "marital status": "marital", "education": "education qualification", "format": "format "
    "extension", "document": "document template", "content type": "contenttype mimetype mime",
    "network": "network", "conference": "conference", "direction": "direction",
    "climate": "climate",
    "weather": "weather", "river": "river lake", "mountain": "mountain peak", "ship": "ship vessel "
    "boat", "crop": "crop", "continent": "continent", "payment method": "paymentmethod method",
    "yes": "flag yn yes", "time": "time",
}  # fmt: skip
_PHRASES = {
    "first name": "firstname", "last name": "lastname", "family name": "lastname",
    "given name": "firstname", "middle name": "middle", "middle initial": "middle",
    "full name": "person", "display name": "person", "user name": "username",
    "nick name": "username", "screen name": "username", "job title": "job", "credit limit": "",
    "card number": "code", "country code": "country code", "payment method": "payment method",
    "payment type": "payment method", "card type": "payment method", "order status": "order status",
    "payment status": "payment status", "delivery status": "order status",
    "shipment status": "order status", "account type": "account type",
    "customer type": "customer type", "room type": "room type", "body style": "body style",
    "marital status": "marital status", "blood type": "blood type", "blood group": "blood type",
    "content type": "content type", "mime type": "content type", "content rating": "content rating",
    "time zone": "timezone", "market segment": "segment", "license plate": "code",
    "return reason": "reason", "music genre": "music genre", "brand name": "company",
    "pet name": "pet name", "dog name": "pet name", "user agent": "browser", "ip address": "ip",
    "email address": "email", "mac address": "secret", "web site": "url", "ship mode": "transport",
    "transport mode": "transport", "course title": "course", "ship name": "person",
    "ship address": "address", "ship city": "city", "ship country": "country",
    "ship region": "state", "contact title": "job", "phone number": "phone", "model name": "model",
    "item type": "category", "product type": "category", "ticket type": "type",
}  # fmt: skip
_BY_WORD = {word: topic for topic, words in _TOPICS.items() for word in words.split()}
_BY_OWNER = {word: topic for topic, words in _NAMED.items() for word in words}
OPEN_TOPICS = frozenset(
    "product category dish drug disease course genre type color animal breed sport service skill "
    "crop material song film book artist cuisine instrument word project event tag procedure "
    "status hobby gender".split()
)
"""Topics whose words stand in questions without a capital: eggs, aspirin, red."""
PLACE_TOPICS = frozenset(("city", "state", "country", "continent"))
PERSON_TOPICS = frozenset(("person", "firstname", "lastname"))


@lru_cache(maxsize=10_000)
def split_name(name: str) -> tuple[str, ...]:
    """An identifier's words, in lower case, short forms spelled out.

    >>> split_name("custEmail"), split_name("UnitPrice2"), split_name("DOB"), split_name("orderid")
    (('customer', 'email'), ('unit', 'price', '2'), ('birthdate',), ('order', 'id'))
    """
    spaced = re.sub(r"([a-z])([A-Z])|([A-Z]+)([A-Z][a-z])|(\D)(\d)", r"\1\3\5 \2\4\6", name)
    spaced = re.sub(r"\b([flm])[\W_]name\b", r"\1name", spaced.lower())  # LName
    parts = [part for part in re.split(r"[\W_]+", spaced) if part]
    words = tuple(_SHORT.get(part, part) for glued in parts for part in _unglued(glued))
    return words or ("value",)  # a name such as %


def _unglued(word: str) -> tuple[str, ...]:
    """Words written together: customerid, orderdate, pname."""
    if word in _WHOLE or word in _SHORT:
        return (word,)
    for end in ("name", "date", "type", "code", "price", "number", "id"):
        if word.endswith(end) and len(word) > len(end):
            return (word[: -len(end)], end)
    return (word,)


def singular(word: str) -> str:
    """A noun's singular, roughly: enough to look it up.

    >>> [singular(w) for w in ("cities", "boxes", "customers", "status", "address", "people")]
    ['city', 'box', 'customer', 'status', 'address', 'people']
    """
    if len(word) < 4 or word == "series":
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word if word.endswith("is") else _PLAIN_PLURAL.sub("", word)


def table_nouns(table: str) -> tuple[str, ...]:
    """The words of a table's name that say what one row is, in the singular.

    >>> table_nouns("tbl_order_items")
    ('order', 'item')
    """
    words = tuple(singular(word) for word in split_name(table) if word not in _NOISE)
    return words or split_name(table)


@lru_cache(maxsize=10_000)
def column_words(table: str, column: str) -> tuple[str, ...]:
    """A column's words without a prefix that only repeats its table or stands for it.

    >>> column_words("products", "product_name"), column_words("lineitem", "l_quantity")
    (('name',), ('quantity',))
    """
    words = split_name(column)
    nouns = table_nouns(table)
    for prefix in (nouns, nouns[-1:], nouns[:1]):
        if len(words) > len(prefix) and tuple(map(singular, words[: len(prefix)])) == prefix:
            return words[len(prefix) :]
    if len(words) > 1 and len(words[0]) <= 2 and not words[1].isdigit():
        return words[1:]
    return words


@lru_cache(maxsize=10_000)
def topic_of(table: str, column: str) -> str:
    """The topic of a text column; empty where its name says nothing.

    >>> topic_of("customers", "name"), topic_of("stores", "city_name"), topic_of("t", "xyz")
    ('person', 'city', '')
    """
    words = tuple(word for word in column_words(table, column) if not word.isdigit()) or ("value",)
    singles = tuple(singular(word) for word in words)
    for size in (2, 1):
        phrase = " ".join(words[-2:]) if size == 2 else words[-1]
        if phrase in _PHRASES:
            return _PHRASES[phrase]
    if singles[-1] in _LABELS:
        return _label_topic(table, singles)
    return _noun_topic(table, singles)


def _label_topic(table: str, words: tuple[str, ...]) -> str:
    """The topic of a column called name, or title, or customer_name."""
    qualifiers = [word for word in words if word not in _LABELS]
    nouns = qualifiers or list(table_nouns(table))
    if words[-1] == "title" and not qualifiers and _BY_OWNER.get(nouns[-1]) == "person":
        return "job"
    for noun in reversed(nouns):
        topic = _BY_OWNER.get(noun) or _own_name_topic(noun)
        if topic:
            return topic
    return "headline" if words[-1] == "title" else "word"


def _own_name_topic(noun: str) -> str:
    topic = _BY_WORD.get(noun, "")
    return "" if topic in ("code", "sentence", "yes", "time", "address") else topic


def _noun_topic(table: str, words: tuple[str, ...]) -> str:
    head = words[-1]
    if head in ("state", "region", "county", "district", "province"):
        people = {"city", "zip", "country", "address", "home", "born", "birth", "billing"}
        alone = len(words) == 1 or people & set(words)
        return "state" if head != "state" or alone else "status"
    if head == "type" and len(words) > 1 and words[-2] in ("product", "item"):
        return "category"
    for word in reversed(words):
        topic = _BY_WORD.get(word) or _BY_OWNER.get(word)
        if topic:
            return topic
    return ""


def vocabulary(topic: str) -> tuple[str, ...]:
    """The words of a topic, if it is one of a short list."""
    return WORDS.get(topic, ())
