package dev.parley.server.chat;

import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.server.delivery.Frame;
import dev.parley.server.rpc.Calls;
import dev.parley.server.rpc.FrameMarshaller;
import dev.parley.server.rpc.Inbound;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/// The chat services as gRPC serves them. `Chat` is bound without a stub: its requests are read
/// leniently ([Inbound]), its responses are frames that are encoded already. The classic service
/// has the native one's messages on the wire, which are a superset of its own, under its own names.
public final class ChatServices {
  /// Full names of the methods whose calls are conversations.
  public static final Set<String> CONVERSATIONS =
      Set.of(
          ChatServiceGrpc.getChatMethod().getFullMethodName(),
          dev.parley.classic.ChatServiceGrpc.getChatMethod().getFullMethodName());

  private final ChatContext context;
  private final List<StreamGroup> groups;
  private final NativeFormat nativeFormat = new NativeFormat();
  private final ClassicFormat classicFormat = new ClassicFormat();

  /// @param groups the event loops that serve streams
  public ChatServices(ChatContext context, List<StreamGroup> groups) {
    this.context = context;
    this.groups = List.copyOf(groups);
  }

  /// All services of rooms, native and classic.
  public List<ServerServiceDefinition> all() {
    ServerServiceDefinition chat = new ChatEndpoint(context, false).bindService();
    ServerServiceDefinition classic = new ChatEndpoint(context, true).bindService();
    return List.of(
        define(
            ChatServiceGrpc.getServiceDescriptor(),
            chat,
            handler(nativeFormat, stream -> new NativeDialect(stream, nativeFormat))),
        define(
            dev.parley.classic.ChatServiceGrpc.getServiceDescriptor(),
            classic,
            handler(classicFormat, ClassicDialect::new)),
        new RoomEndpoint(context).bindService());
  }

  private ServerCallHandler<Inbound<ChatRequest>, Frame> handler(
      dev.parley.server.delivery.WireFormat format, Function<ChatStream, Dialect> dialect) {
    return (call, headers) ->
        new ChatStream(
            call,
            Calls.credentials(call, headers),
            context,
            currentGroup(),
            UUID.randomUUID().toString(),
            format,
            dialect);
  }

  private StreamGroup currentGroup() {
    for (StreamGroup group : groups) {
      if (group.isCurrent()) {
        return group;
      }
    }
    throw new IllegalStateException(
        "thread " + Thread.currentThread().getName() + " (expected: one of the event loops)");
  }

  /// The service of a descriptor with the handlers of the native calls, and `Chat` bound raw.
  private ServerServiceDefinition define(
      ServiceDescriptor described,
      ServerServiceDefinition calls,
      ServerCallHandler<Inbound<ChatRequest>, Frame> chat) {
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    for (ServerMethodDefinition<?, ?> method : calls.getMethods()) {
      methods.add(
          "Chat".equals(method.getMethodDescriptor().getBareMethodName())
              ? ServerMethodDefinition.create(chatMethod(described.getName()), chat)
              : renamed(method, described.getName()));
    }
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(described.getName())
            .setSchemaDescriptor(described.getSchemaDescriptor());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(service::addMethod);
    return service.build();
  }

  private MethodDescriptor<Inbound<ChatRequest>, Frame> chatMethod(String service) {
    return MethodDescriptor.<Inbound<ChatRequest>, Frame>newBuilder()
        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(service, "Chat"))
        .setRequestMarshaller(
            Inbound.marshaller(ChatRequest.parser(), context.limits().maxFrameBytes()))
        .setResponseMarshaller(new FrameMarshaller())
        .build();
  }

  private static <Q, A> ServerMethodDefinition<Q, A> renamed(
      ServerMethodDefinition<Q, A> method, String service) {
    MethodDescriptor<Q, A> descriptor = method.getMethodDescriptor();
    String name = String.valueOf(descriptor.getBareMethodName());
    return ServerMethodDefinition.create(
        descriptor.toBuilder()
            .setFullMethodName(MethodDescriptor.generateFullMethodName(service, name))
            .build(),
        method.getServerCallHandler());
  }
}
