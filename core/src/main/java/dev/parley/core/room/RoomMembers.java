package dev.parley.core.room;

import static dev.parley.core.room.RoomGuards.notDirect;
import static dev.parley.core.room.RoomGuards.refused;
import static dev.parley.core.room.RoomGuards.require;

import dev.parley.core.access.Access;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Decision.Accepted;
import dev.parley.core.topic.Decision.Eviction;
import dev.parley.core.topic.Facts;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.Role;
import java.util.List;

/// Who enters and leaves a room, and who has which role in it. Pure.
final class RoomMembers {
  private RoomMembers() {}

  static Decision<RoomEntry> join(
      RoomState room, RoomCommand.Join join, Facts<RoomEntry> facts, long nowMicros)
      throws RefusedException {
    require(room, join.by(), Access.Action.ENTER, facts);
    if (join.as() == RoomCommand.Join.As.GUEST || facts.member(join.by().id()) != null) {
      return Accepted.nothing();
    }
    if (join.as() == RoomCommand.Join.As.PRESENT_MEMBER) {
      throw refused(Reason.NOT_A_MEMBER, "you are not in room \"" + room.id() + "\" any more");
    }
    notDirect(room);
    return Accepted.<RoomEntry>nothing()
        .members(List.of(new MemberChange.Put(join.by().id(), Role.MEMBER, nowMicros)));
  }

  static Decision<RoomEntry> leave(RoomState room, Caller by, Facts<RoomEntry> facts)
      throws RefusedException {
    Member member = facts.member(by.id());
    Accepted<RoomEntry> accepted =
        Accepted.<RoomEntry>nothing().evicting(new Eviction(by.id(), "LEFT"));
    if (member == null) {
      return accepted;
    }
    notDirect(room);
    ownerStays(by, member);
    return accepted.members(List.of(new MemberChange.Remove(by.id())));
  }

  /// An owner is let go by another owner only. So a room that has owners keeps one, with nobody
  /// counting them, and nobody loses a room by looking elsewhere.
  private static void ownerStays(Caller by, Member member) throws RefusedException {
    if (member.role() == Role.OWNER && !by.may(Caller.Right.ADMINISTER)) {
      throw refused(Reason.OWNER_STAYS, "you own this room (expected: another owner's leave)");
    }
  }

  static Decision<RoomEntry> addMember(
      RoomState room, RoomCommand.AddMember add, Facts<RoomEntry> facts, long nowMicros)
      throws RefusedException {
    notDirect(room);
    require(room, add.by(), Access.Action.MANAGE, facts);
    Member before = facts.member(add.user().id());
    Role role = add.role() != null ? add.role() : Role.MEMBER;
    if (before != null && (before.role() == role || add.role() == null)) {
      return Accepted.nothing();
    }
    outranks(add.by(), facts, role);
    if (before != null) {
      outranks(add.by(), facts, before.role());
      if (before.user().equals(add.by().id())) {
        ownerStays(add.by(), before);
      }
    }
    List<RoomEntry> entries =
        List.of(new RoomEntry.MemberChanged(add.by().user(), add.user(), role));
    return Accepted.journal(entries)
        .members(List.of(new MemberChange.Put(add.user().id(), role, nowMicros)));
  }

  static Decision<RoomEntry> removeMember(
      RoomState room, RoomCommand.RemoveMember remove, Facts<RoomEntry> facts)
      throws RefusedException {
    notDirect(room);
    String user = remove.user().id();
    if (user.equals(remove.by().id())) {
      return leave(room, remove.by(), facts);
    }
    require(room, remove.by(), Access.Action.MANAGE, facts);
    Member before = facts.member(user);
    if (before == null && !facts.present(user)) {
      throw refused(Reason.USER_NOT_FOUND, "user \"" + user + "\" is not in the room");
    }
    outranks(remove.by(), facts, before == null ? Role.MEMBER : before.role());
    List<RoomEntry> entries =
        List.of(new RoomEntry.MemberChanged(remove.by().user(), remove.user(), null));
    return Accepted.journal(entries)
        .members(List.of(new MemberChange.Remove(user)))
        .evicting(new Eviction(user, "REMOVED"));
  }

  /// Nobody gives or takes a role above his own.
  private static void outranks(Caller by, Facts<RoomEntry> facts, Role role)
      throws RefusedException {
    Member own = facts.member(by.id());
    boolean enough = own != null && own.role().includes(role);
    if (!enough && !by.may(Caller.Right.ADMINISTER)) {
      throw refused(Reason.PERMISSION_DENIED, "your role is below " + role);
    }
  }
}
