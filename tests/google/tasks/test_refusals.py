"""Every method of the real service is answered or refused by its name."""

import grpc
import pytest
from google.cloud.tasks_v2.services.cloud_tasks.transports.grpc import CloudTasksGrpcTransport

from infra.local.google.tasks.service import SERVICE
from tests.google.elsewhere import stand_in
from tests.google.tasks.world import Cloud

SERVED = {
    *("CreateTask", "GetTask", "ListTasks", "DeleteTask"),
    *("CreateQueue", "GetQueue", "ListQueues", "UpdateQueue", "DeleteQueue"),
    *("PurgeQueue", "PauseQueue", "ResumeQueue"),
}
NOT_SERVED = [
    *("RunTask", "BatchCreateTasks", "BatchDeleteTasks", "GetIamPolicy", "SetIamPolicy", "TestIamPermissions"),
    *("UpdateCmekConfig", "GetCmekConfig"),
]


def _call(cloud: Cloud, method: str) -> grpc.RpcError:
    call = cloud.channel.unary_unary(f"/{method}", request_serializer=bytes, response_deserializer=bytes)
    with pytest.raises(grpc.RpcError) as error:
        call(b"")
    return error.value


def test_the_two_lists_are_all_there_is() -> None:
    """Google's client of today knows no method outside the two lists."""
    known = {
        "".join(word.capitalize() for word in name.split("_"))
        for name in vars(CloudTasksGrpcTransport)
        if not name.startswith("_")
    }
    plumbing = {"CreateChannel", "GrpcChannel", "Close", "Kind", "OperationsClient"}
    other_services = {"ListLocations", "GetLocation", "GetOperation"}

    assert known - plumbing - other_services == SERVED | set(NOT_SERVED)


@pytest.mark.parametrize("method", NOT_SERVED)
@stand_in("tasks")
def test_a_method_not_played_is_refused_by_name(cloud: Cloud, method: str) -> None:
    """UNIMPLEMENTED, and the method's name stands in the message."""
    error = _call(cloud, f"{SERVICE}/{method}")

    assert error.code() is grpc.StatusCode.UNIMPLEMENTED
    assert method in (error.details() or "")


@pytest.mark.parametrize("method", ["google.cloud.location.Locations/ListLocations", "google.longrunning.Operations/X"])
@stand_in("tasks")
def test_another_service_is_refused_by_name(cloud: Cloud, method: str) -> None:
    """What is asked of the wrong server is refused by its name too."""
    error = _call(cloud, method)

    assert error.code() is grpc.StatusCode.UNIMPLEMENTED
    assert method in (error.details() or "")
