"""Words of a topic, for columns that take theirs from a short list: status, genre, department.

Lists are parted by `|`; the earlier half of a list is used more often. Plain facts and common
words, written for this project. Knows nothing of columns.
"""

from __future__ import annotations

_LISTS = {
    "gender": "Female|Male",
    "salutation": "Ms|Mr|Mrs|Dr",
    "nationality": "American|German|British|French|Spanish|Indian|Italian|Japanese|Dutch|Brazilian|"
    "Canadian|Polish|Swedish|Mexican|Australian|Chinese|Kenyan|Turkish",
    "job": "Engineer|Accountant|Teacher|Nurse|Sales Manager|Analyst|Designer|Technician|Developer|"
    "Clerk|Consultant|Driver|Lawyer|Electrician|Marketing Manager|Receptionist|Architect|Chef|"
    "Editor|Pharmacist",
    "status": "active|completed|pending|shipped|cancelled|closed|open|approved|inactive|rejected",
    "order status": "delivered|shipped|processing|pending|cancelled|returned",
    "payment status": "paid|pending|failed|refunded|overdue",
    "payment method": "credit card|cash|PayPal|bank transfer|debit card|gift card|check",
    "priority": "medium|high|low|urgent",
    "severity": "minor|major|critical|moderate",
    "type": "standard|premium|basic|regular|special|internal|external|trial",
    "account type": "checking|savings|business|joint|student",
    "customer type": "individual|business|premium|wholesale|new",
    "category": "Electronics|Groceries|Clothing|Books|Home|Toys|Sports|Beauty|Garden|Office",
    "segment": "Consumer|Corporate|Home Office|Small Business",
    "color": "black|white|blue|red|green|silver|grey|yellow|brown|orange|purple|pink",
    "size": "M|L|S|XL|XS|XXL",
    "language": "English|Spanish|German|French|Mandarin|Japanese|Italian|Portuguese|Hindi|Arabic",
    "currency": "USD|EUR|GBP|JPY|CHF|CAD|AUD|SEK|INR|BRL",
    "department": "Sales|Engineering|Marketing|Finance|Human Resources|IT|Operations|Research|"
    "Customer Support|Legal|Purchasing|Logistics",
    "academic department": "Computer Science|Mathematics|Physics|Biology|History|English|"
    "Chemistry|Economics|Psychology|Philosophy|Mechanical Engineering|Art",
    "course": "Databases|Linear Algebra|World History|Organic Chemistry|Microeconomics|"
    "Introduction to Programming|Statistics|Modern Poetry|Operating Systems|Calculus|Genetics|"
    "Machine Learning|Art History|Thermodynamics|Ethics|Marketing",
    "degree": "Bachelor|Master|PhD|Associate|Diploma",
    "grade": "A|B|C|B+|A-|D|C+|F",
    "school": "Lincoln High School|Riverside College|Oakwood Academy|Northfield University|"
    "St. Mary School|Hillcrest High School|Lakeview College|Central High School|Park University|"
    "Brookside School|Westlake University|Maple Grove Academy",
    "sport": "Football|Basketball|Tennis|Swimming|Baseball|Volleyball|Cycling|Athletics|Hockey|"
    "Golf",
    "team": "Tigers|Eagles|Sharks|Wolves|Rangers|Hawks|Lions|Comets|Pirates|Bears|Falcons|Knights|"
    "Dragons|Panthers|Rovers|Wanderers",
    "league": "Premier League|Championship|First Division|National League|Conference North",
    "position": "Forward|Midfielder|Defender|Goalkeeper|Guard|Center|Striker|Winger|Captain",
    "party": "Democratic|Republican|Independent|Green|Labour|Conservative|Liberal",
    "religion": "Christian|Muslim|Hindu|Buddhist|Jewish|None",
    "genre": "Drama|Comedy|Action|Rock|Pop|Jazz|Documentary|Thriller|Horror|Classical|Animation|"
    "Romance|Science Fiction|Hip Hop|Fantasy|Mystery",
    "music genre": "Rock|Pop|Jazz|Classical|Hip Hop|Electronic|Blues|Folk|Metal|Country|Latin",
    "film": "The Silent Harbor|Midnight Express Lane|Broken Compass|A Winter in Rome|Last Signal|"
    "The Glass Garden|Paper Tigers|Red Horizon|The Long Way Home|Falling Stars|City of Lanterns|"
    "Second Chance|The Cartographer|Blue Monsoon|Night Shift|The Ninth Wave|Stone Bridge|"
    "Wild River|Hidden Valley|The Last Orchard",
    "book": "The Lost Key|Shadows of the Past|A Brief Guide to Gardens|The River House|"
    "Data at Work|"
    "The Clockmaker|Letters from the North|Cooking Simply|The Empty Chair|History of Trade|"
    "Winter Songs|The Third Door|Learning to Sail|Silver Leaves|The Quiet Year|Atlas of Islands|"
    "Small Worlds|The Salt Road|A Field of Stars|The Map Room",
    "song": "Summer Rain|Golden Light|Run Away|Midnight Train|Heartbeat|Blue Sky|Dancing Alone|"
    "Home Again|Electric Nights|Broken Strings|Silver Moon|Hold On|Paper Planes|Wildfire|Echoes|"
    "Morning Coffee|Ocean Drive|Gravity|Lost in Time|Stay Tonight",
    "album": "First Light|Northern Lights|Echo Chamber|City Noise|Slow Motion|The Great Unknown|"
    "Afterglow|Paper Moon|Wide Awake|Second Nature|Live in Berlin|Greatest Hits",
    "artist": "The Velvet Foxes|Nina Hart|Blue Harbor|Electric Meadow|Marco Silva|Paper Crowns|"
    "Stone Circle|Ella Brooks|The Night Owls|Crimson Tide Band|Luna Park|Jonas Berg",
    "instrument": "guitar|piano|violin|drums|bass|saxophone|cello|flute|trumpet|voice",
    "cuisine": "Italian|Mexican|Chinese|Indian|Japanese|French|Thai|Greek|Turkish|American",
    "dish": "Margherita Pizza|Caesar Salad|Grilled Salmon|Chicken Curry|Beef Burger|Pad Thai|"
    "Tomato Soup|Mushroom Risotto|Fish Tacos|Vegetable Lasagna|Apple Pie|Ramen|Falafel Wrap",
    "disease": "Influenza|Diabetes|Hypertension|Asthma|Migraine|Bronchitis|Arthritis|Anemia|"
    "Pneumonia|Allergy|Gastritis|Depression",
    "drug": "Aspirin|Ibuprofen|Paracetamol|Amoxicillin|Metformin|Lisinopril|Omeprazole|Insulin|"
    "Atorvastatin|Cetirizine",
    "procedure": "Blood Test|X-Ray|MRI Scan|Vaccination|Physical Therapy|Appendectomy|"
    "Dental Cleaning|Eye Exam|Ultrasound|Knee Surgery",
    "specialty": "Cardiology|Pediatrics|Dermatology|Neurology|Orthopedics|Radiology|Surgery|"
    "General Medicine|Oncology",
    "blood type": "O+|A+|B+|AB+|O-|A-|B-|AB-",
    "animal": "Dog|Cat|Rabbit|Horse|Parrot|Hamster|Turtle|Snake|Goat|Fish",
    "breed": "Labrador|Beagle|Poodle|Siamese|Persian|Bulldog|German Shepherd|Dachshund|Boxer|Husky",
    "pet name": "Bella|Max|Luna|Charlie|Rocky|Milo|Daisy|Buddy|Coco|Oscar|Lucy|Simba|Rosie|Toby",
    "airline": "Blue Sky Airways|Northern Air|Pacific Wings|EuroJet|Sunline|Atlas Air Lines|Delta|"
    "Lufthansa|United Airlines|KLM",
    "airport": "Heathrow|John F. Kennedy International|Frankfurt|Charles de Gaulle|Schiphol|"
    "Los Angeles International|Haneda|Changi|Sydney Airport|O'Hare International|Madrid-Barajas|"
    "Toronto Pearson",
    "aircraft": "Boeing 737-800|Airbus A320|Boeing 787-9|Airbus A350|Embraer E190|Boeing 777|"
    "Airbus A380|ATR 72",
    "car make": "Toyota|Ford|Volkswagen|BMW|Honda|Tesla|Audi|Hyundai|Volvo|Fiat|Mazda|Renault",
    "car model": "Corolla|Focus|Golf|Civic|Model 3|A4|Tucson|XC60|Panda|Clio|Accord|Fiesta",
    "body style": "sedan|SUV|hatchback|pickup|convertible|wagon",
    "fuel": "gasoline|diesel|electric|hybrid",
    "transport": "road|air|sea|rail",
    "plan": "Free|Basic|Pro|Enterprise|Family",
    "role": "member|admin|editor|viewer|manager|leader|guest",
    "level": "beginner|intermediate|advanced|expert",
    "material": "cotton|steel|wood|plastic|leather|glass|aluminium|wool|ceramic",
    "unit": "piece|kg|litre|box|pack|bottle",
    "building": "Main Hall|Science Center|Library|Taylor Hall|North Tower|Annex B|Watson Building|"
    "Riverside House|Packard Hall|West Wing",
    "room type": "Double|Single|Suite|Family|Deluxe",
    "hotel": "Grand Plaza|Seaside Inn|Park Hotel|Hotel Aurora|The Royal Oak|City Lodge|"
    "Mountain View Resort|Harbor Hotel|Palm Court|Station Hotel",
    "restaurant": "Bella Napoli|Golden Dragon|The Corner Bistro|Taco House|Sakura|Blue Olive|"
    "The Old Mill|Spice Garden|Green Fork|Casa Lola",
    "museum": "City Art Museum|Museum of Natural History|Maritime Museum|Science Museum|"
    "Museum of Modern Art|Railway Museum|Folk Museum",
    "stadium": "Riverside Stadium|Victory Park|Olympic Stadium|Memorial Field|Lakeside Arena|"
    "Union Ground|Sunset Park|King's Road",
    "event": "Summer Festival|Annual Conference|Book Fair|Spring Marathon|Jazz Night|Job Fair|"
    "Charity Gala|Tech Summit|Food Festival|Film Week|Open Day|Winter Market",
    "competition": "World Cup|National Championship|City Marathon|Spring Open|Grand Prix|Masters|"
    "Champions Cup|Winter Games",
    "award": "Best Actor|Best Director|Best Film|Best Song|Lifetime Achievement|Best Newcomer",
    "project": "Website Redesign|Data Warehouse|Mobile App|Solar Roof|Customer Portal|"
    "Cloud Migration|"
    "New Headquarters|Market Study|Apollo|Phoenix|Horizon|Green Campus",
    "skill": "Python|SQL|Project Management|Java|Public Speaking|Accounting|Negotiation|Design|"
    "Excel",
    "service": "Delivery|Installation|Repair|Cleaning|Consulting|Training|Insurance|Maintenance",
    "channel": "Online|Store|Phone|Partner|Mobile App|Mail",
    "tag": "travel|food|technology|music|health|science|design|education|news|sport",
    "device": "mobile|desktop|tablet|smart TV",
    "browser": "Chrome|Firefox|Safari|Edge|Opera",
    "system": "Windows|Android|iOS|macOS|Linux",
    "model": "X100|Alpha 7|Pro 15|S20|Classic|Model T5|Nova 3|Z9|Eco 2|Titan",
    "theme": "Nature|History|Space|Technology|Ocean|Family|Freedom|Music",
    "reason": "damaged|wrong size|late delivery|changed mind|defective|duplicate order",
    "result": "Won|Lost|Draw",
    "surface": "hard|clay|grass|carpet",
    "season": "spring|summer|autumn|winter",
    "semester": "Fall|Spring|Summer",
    "weekday": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
    "month": "January|February|March|April|May|June|July|August|September|October|November|"
    "December",
    "relationship": "parent|spouse|child|sibling|friend|colleague",
    "marital status": "married|single|divorced|widowed",
    "education": "High School|Bachelor|Master|PhD",
    "license": "MIT|Apache-2.0|GPL|Commercial|Public Domain",
    "format": "PDF|DOCX|CSV|MP3|JPEG|MP4|XLSX",
    "document": "Annual Report|Invoice Template|User Guide|Contract|Meeting Notes|Price List|"
    "Manual",
    "content type": "text/html|application/json|image/png|application/pdf",
    "content rating": "PG|PG-13|R|G|NC-17",
    "network": "NBC|BBC One|CBS|Fox|HBO|ABC|Channel 4|ZDF",
    "conference": "East|West|North|South",
    "direction": "north|south|east|west",
    "climate": "temperate|tropical|continental|arid|polar",
    "weather": "sunny|cloudy|rain|snow|fog|storm",
    "river": "Rhine|Danube|Thames|Seine|Mississippi|Amazon|Nile|Volga|Ganges|Elbe",
    "mountain": "Mont Blanc|Mount Fuji|Kilimanjaro|Denali|Matterhorn|Zugspitze|Ben Nevis|Etna",
    "ship": "Northern Star|Ocean Spirit|Queen Anne|Sea Breeze|Aurora|Endeavour|Santa Maria|Triton",
    "crop": "wheat|corn|soy|rice|barley|potatoes",
    "yes": "yes|no",
    "word": "Amber|Harbor|Summit|Cedar|Beacon|Meadow|Falcon|Orchard|Willow|Granite|Lagoon|Maple|"
    "Pioneer|Quartz|Raven|Sierra|Tundra|Velvet|Zephyr|Aspen|Birch|Coral|Delta|Ember",
}
WORDS: dict[str, tuple[str, ...]] = {topic: tuple(t.split("|")) for topic, t in _LISTS.items()}

_PRODUCTS = {
    "Groceries": "milk 1.29|bread 2.49|eggs 3.49|butter 2.99|cheese 5.49|apples 2.79|bananas 1.59|"
    "coffee 7.99|tea 3.99|rice 2.29|pasta 1.49|honey 6.49|orange juice 3.29|tomatoes 2.59|"
    "chocolate 1.99|yogurt 0.99|olive oil 8.99|chicken 9.49|potatoes 3.19|cereal 4.29",
    "Electronics": "laptop 899|smartphone 649|headphones 79.9|monitor 229|keyboard 49.9|tablet 379|"
    "camera 549|printer 149|smart watch 199|wireless mouse 24.9|USB cable 9.99|speaker 89|"
    "television 499|router 69.9",
    "Clothing": "T-shirt 14.9|jeans 59.9|jacket 119|running shoes 89.9|dress 69|sweater 44.9|"
    "socks 6.99|raincoat 74.5|scarf 19.9",
    "Home": "desk lamp 34.9|office chair 159|coffee mug 8.5|blanket 29.9|vacuum cleaner 139|"
    "pillow 19.9|bookshelf 89|frying pan 27.5|table 249|sofa 799",
    "Toys": "puzzle 14.9|board game 32.9|teddy bear 18.5|building blocks 44.9|toy train 59|"
    "doll 21.9",
    "Sports": "yoga mat 24.9|tennis racket 99|football 22.5|bicycle 599|dumbbells 39.9|tent 179|"
    "backpack 54.9|helmet 47.5",
    "Office": "notebook 3.9|ballpoint pen 1.2|stapler 7.9|paper 5.5|whiteboard 49|calendar 12.9",
    "Beauty": "shampoo 5.9|soap 2.2|perfume 64.9|hand cream 6.5|toothpaste 2.9|sunscreen 11.9",
    "Garden": "garden hose 29.9|flower pot 9.5|shovel 18.9|lawn mower 279|rose bush 15.9|"
    "grass seed 8.9",
}
PRODUCTS: tuple[tuple[str, str, float], ...] = tuple(
    (product.rpartition(" ")[0], category, float(product.rpartition(" ")[2]))
    for category, products in _PRODUCTS.items()
    for product in products.split("|")
)
"""Product, category, usual price."""

_PLACES = """
Berlin,Berlin,Germany,52.52,13.40|Munich,Bavaria,Germany,48.14,11.58
Hamburg,Hamburg,Germany,53.55,9.99|Paris,Île-de-France,France,48.86,2.35
Lyon,Auvergne-Rhône-Alpes,France,45.76,4.84|London,England,United Kingdom,51.51,-0.13
Manchester,England,United Kingdom,53.48,-2.24|Edinburgh,Scotland,United Kingdom,55.95,-3.19
Madrid,Madrid,Spain,40.42,-3.70|Barcelona,Catalonia,Spain,41.39,2.17
Rome,Lazio,Italy,41.90,12.50|Milan,Lombardy,Italy,45.46,9.19|Vienna,Vienna,Austria,48.21,16.37
Zurich,Zurich,Switzerland,47.38,8.54|Amsterdam,North Holland,Netherlands,52.37,4.90
Brussels,Brussels,Belgium,50.85,4.35|Lisbon,Lisbon,Portugal,38.72,-9.14
Dublin,Leinster,Ireland,53.35,-6.26|Copenhagen,Capital Region,Denmark,55.68,12.57
Stockholm,Stockholm,Sweden,59.33,18.07|Oslo,Oslo,Norway,59.91,10.75
Helsinki,Uusimaa,Finland,60.17,24.94|Warsaw,Masovia,Poland,52.23,21.01
Prague,Prague,Czechia,50.08,14.44|Athens,Attica,Greece,37.98,23.73
Istanbul,Istanbul,Turkey,41.01,28.98|New York,New York,USA,40.71,-74.01
Los Angeles,California,USA,34.05,-118.24|San Francisco,California,USA,37.77,-122.42
Chicago,Illinois,USA,41.88,-87.63|Houston,Texas,USA,29.76,-95.37|Austin,Texas,USA,30.27,-97.74
Boston,Massachusetts,USA,42.36,-71.06|Seattle,Washington,USA,47.61,-122.33
Miami,Florida,USA,25.76,-80.19|Denver,Colorado,USA,39.74,-104.99|Atlanta,Georgia,USA,33.75,-84.39
Baltimore,Maryland,USA,39.29,-76.61|Columbus,Ohio,USA,39.96,-83.00
Portland,Oregon,USA,45.52,-122.68|Springfield,Illinois,USA,39.80,-89.64
Toronto,Ontario,Canada,43.65,-79.38|Vancouver,British Columbia,Canada,49.28,-123.12
Montreal,Quebec,Canada,45.50,-73.57|Mexico City,Mexico City,Mexico,19.43,-99.13
São Paulo,São Paulo,Brazil,-23.55,-46.63|Buenos Aires,Buenos Aires,Argentina,-34.60,-58.38
Tokyo,Tokyo,Japan,35.68,139.69|Osaka,Osaka,Japan,34.69,135.50|Seoul,Seoul,South Korea,37.57,126.98
Beijing,Beijing,China,39.90,116.40|Shanghai,Shanghai,China,31.23,121.47
Mumbai,Maharashtra,India,19.08,72.88|Delhi,Delhi,India,28.61,77.21
Singapore,Singapore,Singapore,1.35,103.82|Sydney,New South Wales,Australia,-33.87,151.21
Melbourne,Victoria,Australia,-37.81,144.96|Auckland,Auckland,New Zealand,-36.85,174.76
Cairo,Cairo,Egypt,30.04,31.24|Nairobi,Nairobi,Kenya,-1.29,36.82
Cape Town,Western Cape,South Africa,-33.92,18.42|Lagos,Lagos,Nigeria,6.52,3.38
"""
PLACES: tuple[tuple[str, ...], ...] = tuple(
    tuple(place.split(",")) for place in _PLACES.strip().replace("\n", "|").split("|")
)
"""City, region, country, latitude, longitude."""

_CONTINENTS = {
    "Europe": "Germany DE EUR|France FR EUR|United Kingdom GB GBP|Spain ES EUR|Italy IT EUR|"
    "Austria AT EUR|Switzerland CH CHF|Netherlands NL EUR|Belgium BE EUR|Portugal PT EUR|"
    "Ireland IE EUR|Denmark DK DKK|Sweden SE SEK|Norway NO NOK|Finland FI EUR|Poland PL PLN|"
    "Czechia CZ CZK|Greece GR EUR|Turkey TR TRY",
    "North America": "USA US USD|Canada CA CAD|Mexico MX MXN",
    "South America": "Brazil BR BRL|Argentina AR ARS",
    "Asia": "Japan JP JPY|South Korea KR KRW|China CN CNY|India IN INR|Singapore SG SGD",
    "Oceania": "Australia AU AUD|New Zealand NZ NZD",
    "Africa": "Egypt EG EGP|Kenya KE KES|South Africa ZA ZAR|Nigeria NG NGN",
}
COUNTRIES: dict[str, tuple[str, str, str]] = {
    name: (continent, letters, currency)
    for continent, countries in _CONTINENTS.items()
    for name, letters, currency in (one.rsplit(" ", 2) for one in countries.split("|"))
}
"""Country -> continent, its two letters, its currency."""

OTHER_COUNTRIES = (
    "United States|United States of America|US|U.S.|UK|U.K.|England|Scotland|Wales|Great Britain|"
    "Russia|Ukraine|Hungary|Romania|Bulgaria|Serbia|Croatia|Slovenia|Slovakia|Iceland|Estonia|"
    "Latvia|Lithuania|Luxembourg|Malta|Cyprus|Israel|Saudi Arabia|Iran|Iraq|Pakistan|Bangladesh|"
    "Thailand|Vietnam|Indonesia|Malaysia|Philippines|Taiwan|Hong Kong|Chile|Peru|Colombia|"
    "Venezuela|Uruguay|Cuba|Jamaica|Morocco|Algeria|Tunisia|Ghana|Ethiopia|Uganda|Tanzania"
).split("|")
"""Countries that a question may name, beyond those that are drawn."""
AMERICAN_STATES = (
    "Alabama|Alaska|Arizona|Arkansas|Connecticut|Delaware|Hawaii|Idaho|Indiana|Iowa|Kansas|"
    "Kentucky|Louisiana|Maine|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|"
    "New Hampshire|New Jersey|New Mexico|North Carolina|North Dakota|Oklahoma|Pennsylvania|"
    "Rhode Island|South Carolina|South Dakota|Tennessee|Utah|Vermont|Virginia|West Virginia|"
    "Wisconsin|Wyoming"
).split("|")
"""States of the USA without a city among the places."""
