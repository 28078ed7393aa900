"""What the stack registers with Prefect."""

import asyncio

from prefect.client.orchestration import PrefectClient
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
