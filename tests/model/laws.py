"""What must hold in every state of the model.

BILL  at most one operation of a wish that is not known to have failed: a second one is billed twice
FILM  an accepted film was made for the wish that counts now, and is one
LIVE  from every state an end is reachable without any further fault, and without giving up
IDS   every id that reached a worker who lived to write it down stands in the ledger
MONEY the ledger covers every operation that may be billed, and calls a film paid only where one was made; at an
      ending reserved = charged + refunded; a take whose look told its engine at the claim costs what that one does
"""

from tests.model.remembered import Remembered
from tests.model.state import World


def broken(world: World, machine: Remembered) -> str:
    """Return the law this state breaks, empty when none."""
    books = machine.books[world.job]
    billed = [op.want for op in world.ops if op.status != "X"]
    if len(billed) > 1 and len(set(billed)) < len(billed):
        return "BILL"
    if books.film >= 0 and (world.ops[books.film].want != world.want or world.ops[books.film].status == "J"):
        return "FILM"
    for index, op in enumerate(world.ops):
        if op.told and f"op{index}" not in books.ids:
            return "IDS"
    made = sum(op.status == "O" for op in world.ops)
    return "MONEY" if books.covered < len(billed) or books.films > made or not books.settled or books.dear else ""
