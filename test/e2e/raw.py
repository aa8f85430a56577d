"""The protocol without the client library: stubs and plans made by hand."""
import uuid

import grpc
from pyspark.sql.connect import proto

USER = proto.UserContext(user_id="test")


class Raw:
    """One session on a plain channel."""

    def __init__(self, port, session_id=None):
        self.port = port
        options = [("grpc.max_receive_message_length", 256 << 20), ("grpc.max_send_message_length", 256 << 20)]
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=options)
        self.stub = proto.SparkConnectServiceStub(self.channel)
        self.session_id = session_id or str(uuid.uuid4())

    def close(self):
        self.channel.close()

    def execute_request(self, relation=None, command=None, operation_id=None, reattachable=True, tags=()):
        plan = proto.Plan(root=relation) if relation is not None else proto.Plan(command=command)
        request = proto.ExecutePlanRequest(session_id=self.session_id, user_context=USER, plan=plan, tags=list(tags),
                                           operation_id=operation_id or str(uuid.uuid4()))
        if reattachable:
            option = request.request_options.add()
            option.reattach_options.reattachable = True
        return request

    def execute(self, relation=None, **rest):
        """All responses of a plan."""
        return list(self.stub.ExecutePlan(self.execute_request(relation, **rest)))

    def reattach_request(self, operation_id, last_response_id=None):
        request = proto.ReattachExecuteRequest(session_id=self.session_id, user_context=USER, operation_id=operation_id)
        if last_response_id:
            request.last_response_id = last_response_id
        return request

    def analyze(self, **kind):
        return self.stub.AnalyzePlan(proto.AnalyzePlanRequest(session_id=self.session_id, user_context=USER, **kind))


def sql(text):
    return proto.Relation(sql=proto.SQL(query=text))


def range_(end):
    return proto.Relation(range=proto.Range(start=0, end=end, step=1))


def rows(responses):
    """Row counts of the Arrow batches, in order."""
    return [r.arrow_batch.row_count for r in responses if r.HasField("arrow_batch")]


def table(responses):
    """The batches as one pyarrow table."""
    import pyarrow as pa
    batches = []
    for r in responses:
        if r.HasField("arrow_batch"):
            with pa.ipc.open_stream(r.arrow_batch.data) as reader:
                batches += list(reader)
    return pa.Table.from_batches(batches)
