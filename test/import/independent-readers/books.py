"""Books as plain as they can be: sorted anew for every row."""
LEVELS = 10


class PriceBook:
    """Price -> [size, orders] of both sides."""

    def __init__(self):
        self.sides = {'A': {}, 'B': {}}

    def clear(self):
        self.sides = {'A': {}, 'B': {}}

    def sorted(self, side):
        return sorted(self.sides[side].items(), key=lambda level: level[0] if side == 'A' else -level[0])

    def position(self, side, price):
        """How many levels are better."""
        return sum(1 for other in self.sides[side] if (other < price if side == 'A' else other > price))

    def set(self, side, price, size, orders=0):
        """As a feed says it: 0 takes the level out. @returns its position, or None where nothing changed"""
        levels = self.sides[side]
        position = self.position(side, price)
        if size == 0:
            return position if levels.pop(price, None) is not None else None
        levels[price] = [size, orders]
        return position

    def columns(self, unit, counts=True):
        row = {}
        for side, word in (('A', 'ask'), ('B', 'bid')):
            for level, (price, (size, orders)) in enumerate(self.sorted(side)[:LEVELS]):
                row[f'{word}_px_{level:02}'] = price / unit
                row[f'{word}_sz_{level:02}'] = size
                if counts:
                    row[f'{word}_ct_{level:02}'] = orders
        return row


class PositionBook:
    """Lists of [price, size]; an insert shifts, a delete closes up."""

    def __init__(self):
        self.sides = {'A': [], 'B': []}

    def clear(self):
        self.sides = {'A': [], 'B': []}

    def apply(self, operation, side, position, price, size):
        levels = self.sides[side]
        if operation == 2:
            if position < len(levels):
                del levels[position]
        elif operation == 1 and position < len(levels):
            levels[position] = [price, size]
        elif position <= len(levels) and position < LEVELS:
            levels.insert(position, [price, size])
            del levels[LEVELS:]

    def columns(self):
        row = {}
        for side, word in (('A', 'ask'), ('B', 'bid')):
            for level, (price, size) in enumerate(self.sides[side]):
                row[f'{word}_px_{level:02}'] = price
                row[f'{word}_sz_{level:02}'] = size
        return row
