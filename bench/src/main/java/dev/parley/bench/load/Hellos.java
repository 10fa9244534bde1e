package dev.parley.bench.load;

import dev.parley.chat.v1.Capability;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.Hello;
import dev.parley.chat.v1.Ping;
import dev.parley.chat.v1.Pong;
import dev.parley.chat.v1.Read;
import dev.parley.chat.v1.RoomPosition;
import dev.parley.chat.v1.Typing;
import dev.parley.chat.v1.User;
import java.util.List;

/// Requests that are made seldom, encoded. Pure functions.
final class Hellos {
  private Hellos() {}

  /// The first request of a native stream.
  static byte[] open(String user, List<RoomPosition> rooms) {
    return ChatRequest.newBuilder()
        .setSender(User.newBuilder().setId(user))
        .setHello(
            Hello.newBuilder()
                .setClientName("parley-bench")
                .addCapabilities(Capability.CAPABILITY_BATCH)
                .addAllRooms(rooms))
        .build()
        .toByteArray();
  }

  /// The first request of a classic stream, to be followed by JoinRoom calls.
  static byte[] introduce(String user) {
    return ChatRequest.newBuilder()
        .setSender(User.newBuilder().setId(user).setUsername(user))
        .build()
        .toByteArray();
  }

  static byte[] pong(Ping ping) {
    return ChatRequest.newBuilder()
        .setPong(Pong.newBuilder().setNonce(ping.getNonce()))
        .build()
        .toByteArray();
  }

  static byte[] typing(String room) {
    return ChatRequest.newBuilder()
        .setRoomId(room)
        .setTyping(Typing.newBuilder().setIsTyping(true))
        .build()
        .toByteArray();
  }

  static byte[] read(String room, long sequence) {
    return ChatRequest.newBuilder()
        .setRoomId(room)
        .setRead(Read.newBuilder().setSequence(sequence))
        .build()
        .toByteArray();
  }
}
