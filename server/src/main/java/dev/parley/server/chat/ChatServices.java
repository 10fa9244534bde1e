package dev.parley.server.chat;

import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.server.delivery.Frame;
import dev.parley.server.delivery.WireFormat;
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
import java.util.function.Function;

/// The chat services as gRPC serves them. The classic service has the native one's messages on the
/// wire, which are a superset of its own, under its own names.
public final class ChatServices {
  /// Full names of the methods whose calls are conversations.
  public static final Set<String> CONVERSATIONS =
      Set.of(
          ChatServiceGrpc.getChatMethod().getFullMethodName(),
          dev.parley.classic.ChatServiceGrpc.getChatMethod().getFullMethodName());

  private final ChatContext context;
  private final List<StreamGroup> groups;
  private final NativeFormat nativeFormat = new NativeFormat();
  private final NativeFormat growingFormat = nativeFormat.growing();
  private final ClassicFormat classicFormat = new ClassicFormat();

  /// @param groups the event loops that serve streams
  public ChatServices(ChatContext context, List<StreamGroup> groups) {
    this.context = context;
    this.groups = List.copyOf(groups);
  }

  /// All services of rooms, native and classic.
  public List<ServerServiceDefinition> all() {
    return List.of(
        define(
            ChatServiceGrpc.getServiceDescriptor(),
            false,
            handler(
                nativeFormat, stream -> new NativeDialect(stream, nativeFormat, growingFormat))),
        define(
            dev.parley.classic.ChatServiceGrpc.getServiceDescriptor(),
            true,
            handler(classicFormat, ClassicDialect::new)),
        new RoomEndpoint(context).bindService());
  }

  private ServerServiceDefinition define(
      ServiceDescriptor service,
      boolean classic,
      ServerCallHandler<Inbound<ChatRequest>, Frame> chat) {
    return RawChat.bind(
        service,
        new ChatEndpoint(context, classic).bindService(),
        ChatRequest.parser(),
        context.limits().maxFrameBytes(),
        chat);
  }

  private ServerCallHandler<Inbound<ChatRequest>, Frame> handler(
      WireFormat format, Function<ChatStream, Dialect> dialect) {
    return (call, headers) ->
        new ChatStream(
            call,
            Calls.credentials(call, headers),
            context,
            StreamGroup.current(groups),
            UUID.randomUUID().toString(),
            format,
            dialect);
  }
}
