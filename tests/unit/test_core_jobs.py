"""The job model: who waits for whom, who is named, and that nothing stays held."""

from __future__ import annotations

import asyncio

import pytest

from purevirt.core.jobs import AgentJob, AsyncJob, Job, JobSlots, current_api, holder_name
from purevirt.errors import ErrorCode, VirtError
from purevirt.testing.fake_clock import FakeClock


def test_holder_names_are_libvirts() -> None:
    assert holder_name("domain_suspend") == "remoteDispatchDomainSuspend"
    assert holder_name("qemu_domain_monitor_command") == "qemuDispatchDomainMonitorCommand"
    assert holder_name("domain_inject_nmi") == "remoteDispatchDomainInjectNMI"


def test_waiter_gives_up_naming_the_holder() -> None:
    async def run() -> None:
        clock = FakeClock()
        slots = JobSlots("vm", clock)
        current_api.set("domain_suspend")
        async with slots.job(Job.MODIFY):
            waiter = asyncio.create_task(slots.job(Job.MODIFY).__aenter__())
            await asyncio.sleep(0)
            clock.advance(30)
            with pytest.raises(VirtError) as caught:
                await waiter
        assert caught.value.code == ErrorCode.OPERATION_TIMEOUT
        assert "(held by monitor=remoteDispatchDomainSuspend)" in caught.value.message
        assert not slots.busy

    asyncio.run(run())


def test_async_job_lets_queries_pass_and_holds_changes() -> None:
    async def run() -> None:
        slots = JobSlots("vm", FakeClock())
        async with slots.async_job(AsyncJob.SAVE):
            async with slots.job(Job.QUERY, wait_s=0):
                pass
            with pytest.raises(VirtError):
                async with slots.job(Job.MODIFY, wait_s=0):
                    pass
            async with slots.job(Job.MODIFY, nested=True, wait_s=0):
                pass
            async with slots.agent_job(AgentJob.QUERY, wait_s=0):
                pass
        async with slots.job(Job.MODIFY, wait_s=0):
            pass

    asyncio.run(run())


def test_waiters_are_served_in_order_and_cancelled_ones_lose_nothing() -> None:
    async def run() -> None:
        slots = JobSlots("vm", FakeClock())
        order: list[int] = []

        async def work(number: int) -> None:
            async with slots.job():
                order.append(number)
                await asyncio.sleep(0)

        async with slots.job():
            tasks = [asyncio.create_task(work(n)) for n in range(4)]
            await asyncio.sleep(0)
            tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert order == [0, 2, 3]
        assert not slots.busy

    asyncio.run(run())
