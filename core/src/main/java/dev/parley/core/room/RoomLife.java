package dev.parley.core.room;

import static dev.parley.core.room.RoomGuards.notDirect;
import static dev.parley.core.room.RoomGuards.refused;
import static dev.parley.core.room.RoomGuards.require;

import dev.parley.core.access.Access;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.room.RoomState.Existence;
import dev.parley.core.room.RoomState.Visibility;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Decision.Accepted;
import dev.parley.core.topic.Decision.Eviction;
import dev.parley.core.topic.Facts;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.Role;
import dev.parley.core.user.Profile;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Making, changing and deleting rooms. Pure.
final class RoomLife {
  private RoomLife() {}

  static Decision<RoomEntry> create(
      RoomState room, RoomCommand.Create create, Facts<RoomEntry> facts, long nowMicros)
      throws RefusedException {
    fitting(room.id(), create);
    if (room.status() == Existence.DELETED) {
      throw refused(Reason.ROOM_DELETED, "room \"" + room.id() + "\" was deleted");
    }
    if (room.status() == Existence.NOW) {
      if (same(room, create, facts)) {
        return Accepted.nothing();
      }
      throw refused(Reason.ROOM_EXISTS, "room \"" + room.id() + "\" exists, and is another");
    }
    if (!create.by().may(Caller.Right.CREATE_ROOMS)) {
      throw refused(Reason.PERMISSION_DENIED, "you may not make rooms");
    }
    RoomState made =
        new RoomState(
            room.id(),
            Existence.NOW,
            nameOf(room, create.name()),
            create.description(),
            create.visibility(),
            Instant.EPOCH.plus(nowMicros, ChronoUnit.MICROS),
            eachOnce(create.directUsers()));
    return changed(create.by(), made).members(firstMembers(create, nowMicros));
  }

  /// Whether the room that is there is what the caller wants to make: the same call again, or one
  /// that takes what it finds. But a direct room is found by its people only, whoever made a room
  /// of its id.
  private static boolean same(RoomState room, RoomCommand.Create create, Facts<RoomEntry> facts) {
    if (create.visibility() == Visibility.DIRECT) {
      return room.visibility() == Visibility.DIRECT
          && ids(room.directUsers()).equals(ids(create.directUsers()));
    }
    Member own = facts.member(create.by().id());
    boolean owns =
        create.by().may(Caller.Right.ADMINISTER) || (own != null && own.role() == Role.OWNER);
    return create.ifMissing()
        || (owns
            && room.name().equals(nameOf(room, create.name()))
            && room.description().equals(create.description())
            && room.visibility() == create.visibility());
  }

  private static void fitting(String id, RoomCommand.Create create) throws RefusedException {
    Set<String> people = ids(create.directUsers());
    if (create.visibility() != Visibility.DIRECT) {
      if (!people.isEmpty()) {
        throw refused(Reason.INVALID_REQUEST, "direct_users: not empty (expected: a direct room)");
      }
      if (id.startsWith(RoomRules.DIRECT_PREFIX)) {
        throw refused(
            Reason.INVALID_REQUEST,
            "room_id: \"%s\" (expected: one that does not begin with %s, as direct rooms do)"
                .formatted(id, RoomRules.DIRECT_PREFIX));
      }
    } else if (people.isEmpty()
        || people.size() > 2
        || !(people.contains(create.by().id()) || create.by().may(Caller.Right.IMPORT))) {
      throw refused(
          Reason.INVALID_REQUEST,
          "direct_users: %d users (expected: you and one other)".formatted(people.size()));
    }
  }

  private static List<MemberChange> firstMembers(RoomCommand.Create create, long nowMicros) {
    if (create.visibility() == Visibility.DIRECT) {
      return ids(create.directUsers()).stream()
          .<MemberChange>map(user -> new MemberChange.Put(user, Role.MEMBER, nowMicros))
          .toList();
    }
    // who administers all rooms need not own any
    return create.by().may(Caller.Right.ADMINISTER)
        ? List.of()
        : List.of(new MemberChange.Put(create.by().id(), Role.OWNER, nowMicros));
  }

  private static Set<String> ids(List<Profile> users) {
    return users.stream().map(Profile::id).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static List<Profile> eachOnce(List<Profile> users) {
    Map<String, Profile> byId = new LinkedHashMap<>();
    users.forEach(user -> byId.putIfAbsent(user.id(), user));
    return List.copyOf(byId.values());
  }

  private static String nameOf(RoomState room, String wanted) {
    return wanted.isEmpty() ? room.id() : wanted;
  }

  private static Accepted<RoomEntry> changed(Caller by, RoomState room) {
    List<RoomEntry> entries = List.of(new RoomEntry.RoomChanged(by.user(), room));
    return Accepted.journal(entries).indexed(room.open());
  }

  static Decision<RoomEntry> update(
      RoomState room, RoomCommand.Update update, Facts<RoomEntry> facts) throws RefusedException {
    notDirect(room);
    require(room, update.by(), Access.Action.MANAGE, facts);
    if (update.visibility() == Visibility.DIRECT) {
      throw refused(
          Reason.INVALID_REQUEST,
          "visibility: " + Visibility.DIRECT + " (expected: PUBLIC, PRIVATE)");
    }
    RoomState after =
        new RoomState(
            room.id(),
            room.status(),
            update.name() != null ? nameOf(room, update.name()) : room.name(),
            update.description() != null ? update.description() : room.description(),
            update.visibility() != null ? update.visibility() : room.visibility(),
            room.createdAt(),
            room.directUsers());
    if (after.equals(room)) {
      return Accepted.nothing();
    }
    Accepted<RoomEntry> changed = changed(update.by(), after);
    return after.open() ? changed : changed.evictingGuests("REMOVED");
  }

  static Decision<RoomEntry> deleteRoom(
      RoomState room, RoomCommand.DeleteRoom delete, Facts<RoomEntry> facts)
      throws RefusedException {
    require(room, delete.by(), Access.Action.DELETE, facts);
    return changed(delete.by(), room.deleted())
        .evicting(new Eviction(null, "ROOM_DELETED"))
        .erasing();
  }
}
