"""The SQL of the simulated push service."""

from city.kernel import Work
from city.messages.push.model import SimulatedDevice


async def add_device(work: Work, device: SimulatedDevice) -> None:
    """Keep a simulated device."""
    await work.run(
        """
        insert into messages.simulated_device (token, private_key, auth, made_at)
        values (:token, :private_key, :auth, :made_at)
        """,
        token=device.token,
        private_key=device.private_key,
        auth=device.auth,
        made_at=device.made_at,
    )


async def find_device(work: Work, token: str) -> SimulatedDevice | None:
    """Return a simulated device."""
    return await work.maybe(
        SimulatedDevice,
        """
        select token, private_key, auth, answer, retry_after, made_at
        from messages.simulated_device where token = :token
        """,
        token=token,
    )


async def list_devices(work: Work, most: int) -> list[SimulatedDevice]:
    """Return simulated devices, newest first."""
    return await work.all(
        SimulatedDevice,
        """
        select token, private_key, auth, answer, retry_after, made_at
        from messages.simulated_device order by made_at desc, token limit :most
        """,
        most=most,
    )


async def set_answer(work: Work, token: str, answer: int, retry_after: int) -> bool:
    """Have the service answer so for a device; False if there is none."""
    return bool(
        await work.run(
            """
            update messages.simulated_device set answer = :answer, retry_after = :retry_after
            where token = :token
            """,
            token=token,
            answer=answer,
            retry_after=retry_after,
        )
    )
