"""What the stack registers with Prefect."""

import asyncio
from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.schedules import CronSchedule

from runtime import deployments


def test_registering_again_keeps_schedules_and_waiting_runs(prefect):
    async def work():
        async with PrefectClient(prefect) as client:
            pool = await deployments.register(client)
            export = await client.read_deployment_by_name("export-connector-states/export")
            await client.create_deployment_schedules(export.id, [(CronSchedule(cron="0 6 * * *"), True)])
            run = await client.create_flow_run_from_deployment(export.id, parameters={"tenant": "acme"})
            assert await deployments.register(client) == pool
            again = await client.read_deployment_by_name("export-connector-states/export")
            form = await client.read_deployment_by_name("ad-hoc-export/ui")
            left = await client.read_flow_run(run.id)
            await client.delete_deployment(export.id)
            return export, again, form, left

    export, again, form, left = asyncio.run(work())
    assert (again.id, len(again.schedules)) == (export.id, 1)
    assert left.state.is_scheduled()
    assert again.enforce_parameter_schema is False
    assert again.entrypoint == "flows.export_connector_states:export_connector_states"
    assert form.parameter_openapi_schema["properties"]["entity_types"]["title"] == "Entity types"


def test_registering_again_changes_nothing_where_nothing_differs(prefect):
    async def work():
        async with PrefectClient(prefect) as client:
            await deployments.register(client)
            before = await client.read_deployment_by_name("export-connector-states/export")
            await deployments.register(client)
            after = await client.read_deployment_by_name("export-connector-states/export")
            await client.delete_deployment(before.id)
            return before, after

    before, after = asyncio.run(work())
    assert after.updated == before.updated


def test_registering_a_deployment_that_differs_keeps_the_times_that_are_planned(prefect):
    async def work():
        async with PrefectClient(prefect) as client:
            await deployments.register(client)
            export = await client.read_deployment_by_name("export-connector-states/export")
            await client.create_deployment_schedules(export.id, [(CronSchedule(cron="* * * * *"), True)])
            await client.update_deployment(export.id, DeploymentUpdate(description="As it was in an earlier version."))
            start = datetime.now(UTC) - timedelta(minutes=5)
            await client.request(
                "POST", "/deployments/{id}/schedule", path_params={"id": export.id}, json={"start_time": start.isoformat()}
            )
            before = await planned(client, export.id)
            await deployments.register(client)
            after = await planned(client, export.id)
            again = await client.read_deployment(export.id)
            await client.delete_deployment(export.id)
            return export, before, after, again

    export, before, after, again = asyncio.run(work())
    assert len(before) > 5
    assert before <= after
    assert again.description == export.description


async def planned(client, deployment_id):
    chosen = FlowRunFilter.model_validate(
        {"deployment_id": {"any_": [deployment_id]}, "state": {"type": {"any_": ["SCHEDULED"]}}}
    )
    return {run.expected_start_time for run in await client.read_flow_runs(flow_run_filter=chosen)}
