package dev.parley.cli.command;

import dev.parley.client.ParleyClient;

/// How people name rooms: by id, or, for the room that they share with one other person, by that
/// person's name with an @ in front. Pure functions but for the asking.
public final class RoomName {
  private RoomName() {}

  /// The id of a room. The room of two people is made if it is not there.
  public static String id(ParleyClient client, String name) {
    return isPerson(name) ? client.openDirect(name.substring(1)).getRoom().getId() : name;
  }

  /// Whether the name is that of a person. No room that anybody makes has an @ in front.
  public static boolean isPerson(String name) {
    return name.length() > 1 && name.startsWith("@");
  }
}
