"""The pages of processes: the list, one process, its editor, and what residents read of it."""

from city.processes.pages import editor, exchange, public, shelf

routes = [*shelf.routes, *editor.routes, *exchange.routes, *public.routes]
