package dev.parley.server.chat;

import dev.parley.core.room.RoomRules;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The id of the room of two people follows from their ids, so that both find the same one without
/// having to look for it.
final class DirectRooms {
  /// The name that all of them are stored with; clients show the people.
  static final String NAME = "Direct";

  private static final int ID_BYTES = 16;

  private DirectRooms() {}

  static String id(String one, String other) {
    String first = one.compareTo(other) <= 0 ? one : other;
    String second = one.compareTo(other) <= 0 ? other : one;
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((first + "\0" + second).getBytes(StandardCharsets.UTF_8));
      return RoomRules.DIRECT_PREFIX + HexFormat.of().formatHex(hash, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
