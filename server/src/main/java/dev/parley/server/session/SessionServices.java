package dev.parley.server.session;

import dev.parley.assistant.v1.AssistantServiceGrpc;
import dev.parley.assistant.v1.ChatRequest;
import dev.parley.classic.assistant.ChatServiceGrpc;
import dev.parley.core.limit.Limits;
import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.time.Clock;
import dev.parley.core.topic.Engine;
import dev.parley.models.Allowances;
import dev.parley.models.ByModel;
import dev.parley.models.Gateway;
import dev.parley.server.delivery.Frame;
import dev.parley.server.delivery.ReadLanes;
import dev.parley.server.rpc.Calls;
import dev.parley.server.rpc.Inbound;
import dev.parley.server.stream.RawChat;
import dev.parley.server.stream.StreamGroup;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;

/// The services of sessions as gRPC serves them: one adapter, bound as `AssistantService` and as
/// the `ChatService` without a package, whose messages are a part of the other's.
public final class SessionServices {
  /// Full names of the methods whose calls are conversations.
  public static final Set<String> CONVERSATIONS =
      Set.of(
          AssistantServiceGrpc.getChatMethod().getFullMethodName(),
          ChatServiceGrpc.getChatMethod().getFullMethodName());

  private final SessionContext context;
  private final List<StreamGroup> groups;

  /// @param groups the event loops that serve streams
  /// @param executor where models are asked
  /// @param users what each user may ask
  /// @param model the model of sessions that name none, as `PROVIDER/MODEL`
  /// @param contextTokens tokens of a session that models are shown, where it is set
  public SessionServices(
      Engine engine,
      ReadLanes reads,
      Calls calls,
      Gateway gateway,
      ScheduledExecutorService executor,
      Allowances users,
      String model,
      ByModel<Integer> contextTokens,
      Clock clock,
      Limits.Tunable limits,
      List<StreamGroup> groups) {
    Figures figures = new Figures(clock.nanos());
    Answers answers =
        new Answers(
            new Answers.Work(
                engine,
                gateway,
                reads.streams(),
                executor,
                users,
                contextTokens,
                MemoryBudget.ofHeap(Limits.ANSWERS_PART_OF_MEMORY),
                clock,
                figures));
    context =
        new SessionContext(engine, reads, calls, gateway, answers, figures, model, clock, limits);
    this.groups = List.copyOf(groups);
  }

  /// Who asks the models.
  public Answers answers() {
    return context.answers();
  }

  /// Both services.
  public List<ServerServiceDefinition> all() {
    return List.of(
        define(AssistantServiceGrpc.getServiceDescriptor(), false),
        define(ChatServiceGrpc.getServiceDescriptor(), true));
  }

  private ServerServiceDefinition define(ServiceDescriptor service, boolean classic) {
    SessionFormat format = new SessionFormat(classic);
    ServerCallHandler<Inbound<ChatRequest>, Frame> chat =
        (call, headers) ->
            new SessionStream(
                call,
                Calls.credentials(call, headers),
                context,
                StreamGroup.current(groups),
                UUID.randomUUID().toString(),
                format,
                classic);
    return RawChat.bind(
        service,
        new SessionEndpoint(context).bindService(),
        ChatRequest.parser(),
        context.limits().maxFrameBytes(),
        chat);
  }
}
