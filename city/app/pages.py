"""What machines ask of the whole city: is it well, what can it do."""

from typing import Any

from litestar import Request, Response

from city.app.describing import described
from city.kernel import NOBODY, Database, Jobs, Problem, unapplied
from city.web import PUBLIC, get


@get("/health", allow=PUBLIC)
async def health() -> dict[str, str]:
    """Say that this process answers."""
    return {"status": "ok"}


@get("/ready", allow=PUBLIC)
async def ready(request: Request[Any, Any, Any]) -> Response[Any]:
    """Say whether database, migrations and jobs are as they should be: 200, or 503 and what not."""
    state = request.app.state
    checks = await _checks(state.database, state.jobs)
    good = all(value == "ok" for value in checks.values())
    return Response(
        {"status": "ok" if good else "not ready", **checks}, status_code=200 if good else 503
    )


@get("/openapi.json", allow=PUBLIC)
async def openapi(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Describe the API to programs (OpenAPI 3.1)."""
    return described(request.app)


async def _checks(database: Database, jobs: Jobs | None) -> dict[str, str]:
    checks = {"database": "ok", "migrations": "ok", "jobs": "ok"}
    try:
        async with database.work(NOBODY, reading=True) as work:
            if waiting := await unapplied(work):
                checks["migrations"] = f"not applied: {', '.join(waiting)}"
    except Problem as problem:
        return {**checks, "database": str(problem), "migrations": "unknown"}
    if jobs is not None:
        looked = jobs.last_look
        if looked is None or (database.clock() - looked).total_seconds() > 30:
            checks["jobs"] = "nobody has looked for jobs for 30 seconds"
    return checks


routes = [health, ready, openapi]
