package dev.parley.server.stream;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.parley.server.delivery.Frame;
import dev.parley.server.rpc.FrameMarshaller;
import dev.parley.server.rpc.Inbound;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.ArrayList;
import java.util.List;

/// Services whose method `Chat` is bound without a stub: its requests are read leniently
/// ([Inbound]), its responses are frames that are encoded already.
public final class RawChat {
  private static final String CHAT = "Chat";

  private RawChat() {}

  /// The service of a descriptor, with the handlers of a service that has methods of the same
  /// names, and with a `Chat` of its own.
  ///
  /// @param maxFrameBytes largest frame that a client may send
  public static <Q extends MessageLite> ServerServiceDefinition bind(
      ServiceDescriptor described,
      ServerServiceDefinition calls,
      Parser<Q> parser,
      int maxFrameBytes,
      ServerCallHandler<Inbound<Q>, Frame> chat) {
    String service = described.getName();
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    for (MethodDescriptor<?, ?> method : described.getMethods()) {
      String name = String.valueOf(method.getBareMethodName());
      methods.add(
          CHAT.equals(name)
              ? ServerMethodDefinition.create(method(service, parser, maxFrameBytes), chat)
              : renamed(named(calls, name), service));
    }
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service).setSchemaDescriptor(described.getSchemaDescriptor());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder bound = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(bound::addMethod);
    return bound.build();
  }

  private static ServerMethodDefinition<?, ?> named(ServerServiceDefinition calls, String name) {
    return calls.getMethods().stream()
        .filter(method -> name.equals(method.getMethodDescriptor().getBareMethodName()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("nothing serves " + name));
  }

  private static <Q extends MessageLite> MethodDescriptor<Inbound<Q>, Frame> method(
      String service, Parser<Q> parser, int maxFrameBytes) {
    return MethodDescriptor.<Inbound<Q>, Frame>newBuilder()
        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(service, CHAT))
        .setRequestMarshaller(Inbound.marshaller(parser, maxFrameBytes))
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
