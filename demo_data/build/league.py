"""A football league of twelve clubs: two whole seasons and the start of a third."""

from __future__ import annotations

from datetime import date
from itertools import cycle

from demo_data.build.days import DAY, TODAY
from demo_data.build.dice import Dice, falling
from demo_data.build.rows import Row, Tables, numbered, table

TEAMS = """
name|city|founded_year|stadium|capacity|_strength
Saltport Athletic|Saltport|1898|Harbour Park|41500|1.35
Northgate Rovers|Northgate|1903|Wall Street Ground|32800|1.22
Eastmoor United|Eastmoor|1911|The Moor|28400|1.12
Brackwater City|Brackwater|1924|Mill Lane|24100|1.05
Oakhaven Town|Oakhaven|1932|Acorn Road|17600|0.95
Redcliff Rangers|Redcliff|1889|Cliff Stadium|36200|1.25
Stonemarket|Stonemarket|1946|Quarry End|14300|0.85
Westmere Albion|Westmere|1907|Lakeside|21900|1.0
Larkhill Wanderers|Larkhill|1919|Skylark Field|15800|0.88
Saltport Dockers|Saltport|1927|Pier Road|19200|0.92
Fenwick Bay|Fenwick Bay|1968|Bay Arena|12500|0.78
Thornby Orient|Thornby|1953|Rose Garden|13900|0.82
"""
LOCALES = {
    "en_GB": "England",
    "es_ES": "Spain",
    "de_DE": "Germany",
    "pt_BR": "Brazil",
    "fr_FR": "France",
    "nl_NL": "Netherlands",
}
SQUAD = ("goalkeeper",) * 2 + ("defender",) * 6 + ("midfielder",) * 7 + ("forward",) * 5
SCORING = {"goalkeeper": 0.0, "defender": 1.0, "midfielder": 3.0, "forward": 9.0}
FOULS = {"goalkeeper": 0.2, "defender": 3.0, "midfielder": 2.2, "forward": 1.2}
HEIGHT = {"goalkeeper": 190, "defender": 185, "midfielder": 178, "forward": 181}
SEASON_STARTS = {
    "2024/25": date(2024, 8, 17),
    "2025/26": date(2025, 8, 16),
    "2026/27": date(2026, 8, 15),
}


def league(dice: Dice) -> Tables:
    teams = numbered("team_id", table(TEAMS))
    players = _players(dice, teams)
    referees = zip(dice.people(9, ["en_GB", "fr_FR"]), cycle(["England", "France"]), strict=False)
    matches = _matches(dice, teams)
    return {
        "teams": teams,
        "players": players,
        "referees": numbered("referee_id", ({"name": n, "country": c} for n, c in referees)),
        "matches": matches,
        "goals": _goals(dice, matches, players),
        "cards": _cards(dice, matches, players),
    }


def _players(dice: Dice, teams: list[Row]) -> list[Row]:
    names = {
        locale: iter(dice.people(160 if locale == "en_GB" else 70, [locale], "M"))
        for locale in LOCALES
    }
    rows: list[Row] = []
    taken: set[str] = set()
    for team in teams:
        shirts = [1, *dice.random.sample(range(2, 40), len(SQUAD) - 1)]
        for position, shirt in zip(SQUAD, shirts, strict=True):
            locale = dice.one(list(LOCALES), [9, 2, 2, 3, 2, 1])
            name = next(n for n in names[locale] if n not in taken)
            taken.add(name)
            born = dice.day(date(1989, 1, 1), date(2008, 6, 30))
            prime = 1.6 - abs(2026 - born.year - 26) / 9
            strength = float(team["_strength"]) ** 3
            worth = strength * prime * (1 + SCORING[position] / 6) * dice.bell(3.5, 0.8)
            rows.append(
                {
                    "name": name,
                    "team_id": team["team_id"],
                    "position": position,
                    "shirt_number": shirt,
                    "birth_date": born,
                    "nationality": LOCALES[locale],
                    "height_cm": round(dice.bell(HEIGHT[position], 5)),
                    "market_value": max(100_000, round(worth * 20) * 50_000)
                    if dice.chance(0.94)
                    else None,
                }
            )
    return numbered("player_id", rows)


def _rounds(count: int) -> list[list[tuple[int, int]]]:
    """Everybody against everybody, at home and away, by the circle method."""
    ring = list(range(2, count + 1))
    rounds = []
    for turn in range(count - 1):
        order = [1, *ring[turn:], *ring[:turn]]
        pairs = [(order[i], order[-1 - i]) for i in range(count // 2)]
        rounds.append([(b, a) if (turn + i) % 2 else (a, b) for i, (a, b) in enumerate(pairs)])
    return rounds + [[(b, a) for a, b in pairs] for pairs in rounds]


def _matches(dice: Dice, teams: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for season, start in SEASON_STARTS.items():
        form = {t["team_id"]: float(t["_strength"]) * dice.bell(1, 0.1) for t in teams}
        rounds = _rounds(len(teams))
        dice.random.shuffle(rounds)
        for number, pairs in enumerate(rounds, 1):
            weekend = start + DAY * 7 * (number - 1 + (number > 18) * 3)
            if weekend > date(2026, 11, 30):
                break
            for home, away in pairs:
                day = weekend + DAY * dice.one([-1, 0, 1], [1, 6, 4])
                match = _match(dice, teams[home - 1], teams[away - 1], form, day)
                rows.append({"season": season, "round": number, **match})
    return numbered("match_id", rows)


def _match(dice: Dice, home: Row, away: Row, form: dict[int, float], day: date) -> Row:
    played = day <= TODAY
    us, them = form[home["team_id"]], form[away["team_id"]]
    ours = dice.count(1.5 * us / them**0.7)
    theirs = dice.count(1.1 * them / us**0.7)
    full = 0.55 + 0.25 * them + dice.bell(0, 0.06)
    crowd = min(1.0, max(0.3, full)) * int(home["capacity"])
    return {
        "played_on": day,
        "home_team_id": home["team_id"],
        "away_team_id": away["team_id"],
        "home_goals": ours if played else None,
        "away_goals": theirs if played else None,
        "attendance": round(crowd) if played and dice.chance(0.97) else None,
        "referee_id": dice.one(range(1, 10), falling(9, 5)) if played else None,
    }


def _goals(dice: Dice, matches: list[Row], players: list[Row]) -> list[Row]:
    gift = {p["player_id"]: SCORING[p["position"]] * dice.whole(2, 20) for p in players}
    rows: list[Row] = []
    for match in matches:
        found: list[Row] = []
        for side in ("home", "away"):
            team = match[f"{side}_team_id"]
            squad = [p["player_id"] for p in players if p["team_id"] == team]
            for _ in range(match[f"{side}_goals"] or 0):
                scorer = dice.one(squad, [gift[p] for p in squad])
                kind = dice.one(["open play", "header", "penalty", "free kick"], [68, 16, 10, 6])
                helped = kind in ("open play", "header") and dice.chance(0.75)
                mates = [p for p in squad if p != scorer]
                found.append(
                    {
                        "match_id": match["match_id"],
                        "player_id": scorer,
                        "assist_player_id": dice.one(mates) if helped else None,
                        "minute": max(dice.whole(1, 90), dice.whole(1, 70)),
                        "kind": kind,
                    }
                )
        rows += sorted(found, key=lambda row: row["minute"])
    return numbered("goal_id", rows)


def _cards(dice: Dice, matches: list[Row], players: list[Row]) -> list[Row]:
    temper = {p["player_id"]: FOULS[p["position"]] * dice.whole(1, 12) for p in players}
    rows: list[Row] = []
    for match in matches:
        if match["home_goals"] is None:
            continue
        teams = match["home_team_id"], match["away_team_id"]
        pitch = [p["player_id"] for p in players if p["team_id"] in teams]
        weights = [temper[p] for p in pitch]
        punished = {dice.one(pitch, weights) for _ in range(dice.count(3.2))}
        minutes = sorted(dice.whole(5, 90) for _ in punished)
        for player, minute in zip(sorted(punished, key=str), minutes, strict=True):
            rows.append(
                {
                    "match_id": match["match_id"],
                    "player_id": player,
                    "minute": minute,
                    "color": dice.one(["yellow", "red"], [95, 5]),
                }
            )
    return numbered("card_id", rows)
