package dev.parley.core.room;

import dev.parley.core.access.Access;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.RoomState.Existence;
import dev.parley.core.room.RoomState.Visibility;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Decision.Accepted;
import dev.parley.core.topic.Decision.Eviction;
import dev.parley.core.topic.Facts;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.Role;
import dev.parley.core.topic.Rules;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rules of a room. Pure.
public final class RoomRules implements Rules<RoomState, RoomCommand, RoomEntry> {
  /// The kind of topic that a room is.
  public static final String KIND = "room";

  private static final String NO_KEY = "";

  /// The topic of a room.
  public static TopicId topic(String roomId) {
    return new TopicId(KIND, roomId);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public RoomState initial(TopicId topic) {
    return RoomState.none(topic.name());
  }

  @Override
  public RoomState apply(RoomState state, long sequence, RoomEntry entry) {
    return entry instanceof RoomEntry.RoomChanged changed ? changed.room() : state;
  }

  @Override
  public List<Lookup> needs(TopicId topic, RoomCommand command) {
    List<Lookup> needs = new ArrayList<>(3);
    needs.add(new Lookup.OfMember(topic, command.by().id()));
    switch (command) {
      case RoomCommand.Say say -> {
        needs.add(new Lookup.ByKey(topic, say.author().id(), say.id()));
        if (!say.replyTo().isEmpty()) {
          needs.add(new Lookup.ByAnyKey(topic, say.replyTo()));
        }
      }
      case RoomCommand.Edit edit -> change(needs, topic, command, edit.key(), edit.target());
      case RoomCommand.Delete delete ->
          change(needs, topic, command, delete.key(), delete.target());
      case RoomCommand.React react -> change(needs, topic, command, react.key(), react.target());
      case RoomCommand.Read read -> needs.add(lookup(topic, read.upTo()));
      case RoomCommand.AddMember add -> needs.add(new Lookup.OfMember(topic, add.user().id()));
      case RoomCommand.RemoveMember remove ->
          needs.add(new Lookup.OfMember(topic, remove.user().id()));
      case RoomCommand.Create _,
          RoomCommand.Update _,
          RoomCommand.DeleteRoom _,
          RoomCommand.Join _,
          RoomCommand.Leave _,
          RoomCommand.Type _ -> {}
    }
    return needs;
  }

  private static void change(
      List<Lookup> needs,
      TopicId topic,
      RoomCommand command,
      String key,
      RoomCommand.Target target) {
    if (!key.isEmpty()) {
      needs.add(new Lookup.ByKey(topic, command.by().id(), key));
    }
    needs.add(lookup(topic, target));
  }

  private static Lookup lookup(TopicId topic, RoomCommand.Target target) {
    return switch (target) {
      case RoomCommand.Target.ById byId -> new Lookup.ByAnyKey(topic, byId.id());
      case RoomCommand.Target.BySequence bySequence -> new Lookup.At(topic, bySequence.sequence());
    };
  }

  @Override
  public Decision<RoomEntry> decide(
      RoomState room, RoomCommand command, Facts<RoomEntry> facts, long nowMicros) {
    Instant now = Instant.ofEpochSecond(0, 0).plusNanos(nowMicros * 1_000);
    try {
      if (command instanceof RoomCommand.Create create) {
        return create(room, create, now);
      }
      exists(room, command, facts);
      return switch (command) {
        case RoomCommand.Create create -> create(room, create, now);
        case RoomCommand.Update update -> update(room, update, facts);
        case RoomCommand.DeleteRoom delete -> deleteRoom(room, delete, facts);
        case RoomCommand.Join join -> join(room, join, facts, nowMicros);
        case RoomCommand.Leave leave -> leave(leave);
        case RoomCommand.AddMember add -> addMember(room, add, facts, nowMicros);
        case RoomCommand.RemoveMember remove -> removeMember(room, remove, facts);
        case RoomCommand.Say say -> say(room, say, facts, now);
        case RoomCommand.Edit edit -> edit(room, edit, facts, now);
        case RoomCommand.Delete delete -> delete(room, delete, facts, now);
        case RoomCommand.React react -> react(room, react, facts);
        case RoomCommand.Read read -> read(room, read, facts, nowMicros);
        case RoomCommand.Type type -> type(room, type, facts);
      };
    } catch (RefusedException e) {
      return new Decision.Refused<>(e.refusal());
    }
  }

  /// A room that one may not see is answered like one that does not exist.
  private static void exists(RoomState room, RoomCommand command, Facts<RoomEntry> facts)
      throws RefusedException {
    boolean seen =
        permits(room, command.by(), Access.Action.SEE, facts)
            || (command instanceof RoomCommand.Say say && imports(say));
    if (room.status() == Existence.DELETED) {
      throw refused(Reason.ROOM_DELETED, "room \"" + room.id() + "\" was deleted");
    }
    if (room.status() == Existence.NEVER || !seen) {
      throw refused(Reason.ROOM_NOT_FOUND, "room not found: \"" + room.id() + "\"");
    }
  }

  private static Decision<RoomEntry> create(RoomState room, RoomCommand.Create create, Instant now)
      throws RefusedException {
    if (room.status() == Existence.DELETED) {
      throw refused(Reason.ROOM_DELETED, "room \"" + room.id() + "\" was deleted");
    }
    if (room.status() == Existence.NOW) {
      if (create.ifMissing() || same(room, create)) {
        return Accepted.nothing();
      }
      throw refused(Reason.ROOM_EXISTS, "room \"" + room.id() + "\" exists, and looks different");
    }
    if (!create.by().may(Caller.Right.CREATE_ROOMS)) {
      throw refused(Reason.PERMISSION_DENIED, "you may not make rooms");
    }
    RoomState made =
        new RoomState(
            room.id(),
            Existence.NOW,
            create.name().isEmpty() ? room.id() : create.name(),
            create.description(),
            create.visibility(),
            now,
            create.directUsers());
    long micros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    List<MemberChange> members = new ArrayList<>();
    if (create.visibility() == Visibility.DIRECT) {
      for (Profile user : create.directUsers()) {
        members.add(new MemberChange.Put(user.id(), Role.MEMBER, micros));
      }
    } else if (!create.by().may(Caller.Right.ADMINISTER)) {
      members.add(new MemberChange.Put(create.by().id(), Role.OWNER, micros));
    }
    return changed(create.by(), made).members(members);
  }

  private static boolean same(RoomState room, RoomCommand.Create create) {
    String name = create.name().isEmpty() ? room.id() : create.name();
    return room.name().equals(name)
        && room.description().equals(create.description())
        && room.visibility() == create.visibility();
  }

  private static Accepted<RoomEntry> changed(Caller by, RoomState room) {
    List<RoomEntry> entries = List.of(new RoomEntry.RoomChanged(by.user(), room));
    return Accepted.journal(entries).indexed(room.open());
  }

  private static Decision<RoomEntry> update(
      RoomState room, RoomCommand.Update update, Facts<RoomEntry> facts) throws RefusedException {
    require(room, update.by(), Access.Action.MANAGE, facts);
    notDirect(room);
    RoomState after =
        new RoomState(
            room.id(),
            room.status(),
            update.name() != null ? update.name() : room.name(),
            update.description() != null ? update.description() : room.description(),
            update.visibility() != null ? update.visibility() : room.visibility(),
            room.createdAt(),
            room.directUsers());
    return after.equals(room) ? Accepted.nothing() : changed(update.by(), after);
  }

  private static Decision<RoomEntry> deleteRoom(
      RoomState room, RoomCommand.DeleteRoom delete, Facts<RoomEntry> facts)
      throws RefusedException {
    require(room, delete.by(), Access.Action.DELETE, facts);
    return changed(delete.by(), room.deleted())
        .evicting(new Eviction(null, "ROOM_DELETED"))
        .erasing();
  }

  private static Decision<RoomEntry> join(
      RoomState room, RoomCommand.Join join, Facts<RoomEntry> facts, long nowMicros)
      throws RefusedException {
    require(room, join.by(), Access.Action.ENTER, facts);
    if (join.guest() || facts.member(join.by().id()) != null) {
      return Accepted.nothing();
    }
    return Accepted.<RoomEntry>nothing()
        .members(List.of(new MemberChange.Put(join.by().id(), Role.MEMBER, nowMicros)));
  }

  private static Decision<RoomEntry> leave(RoomCommand.Leave leave) {
    return Accepted.<RoomEntry>nothing()
        .members(List.of(new MemberChange.Remove(leave.by().id())))
        .evicting(new Eviction(leave.by().id(), "LEFT"));
  }

  private static Decision<RoomEntry> addMember(
      RoomState room, RoomCommand.AddMember add, Facts<RoomEntry> facts, long nowMicros)
      throws RefusedException {
    require(room, add.by(), Access.Action.MANAGE, facts);
    notDirect(room);
    Member before = facts.member(add.user().id());
    if (before != null && before.role() == add.role()) {
      return Accepted.nothing();
    }
    outranks(add.by(), facts, add.role());
    if (before != null) {
      outranks(add.by(), facts, before.role());
    }
    List<RoomEntry> entries =
        List.of(new RoomEntry.MemberChanged(add.by().user(), add.user(), add.role()));
    return Accepted.journal(entries)
        .members(List.of(new MemberChange.Put(add.user().id(), add.role(), nowMicros)));
  }

  private static Decision<RoomEntry> removeMember(
      RoomState room, RoomCommand.RemoveMember remove, Facts<RoomEntry> facts)
      throws RefusedException {
    notDirect(room);
    String user = remove.user().id();
    if (user.equals(remove.by().id())) {
      return leave(new RoomCommand.Leave(remove.by()));
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

  private static Decision<RoomEntry> say(
      RoomState room, RoomCommand.Say say, Facts<RoomEntry> facts, Instant now)
      throws RefusedException {
    if (say.imported() && !imports(say)) {
      throw refused(Reason.PERMISSION_DENIED, "you may not bring in messages of others");
    }
    if (!say.imported()) {
      speaks(room, say.by(), facts);
    }
    Facts.Known<RoomEntry> before = facts.byKey(say.author().id(), say.id());
    if (before != null) {
      return new Decision.Repeated<>(before.entry().sequence(), before.entry().atMicros());
    }
    if (!say.imported() && !say.replyTo().isEmpty() && facts.byAnyKey(say.replyTo()) == null) {
      throw refused(
          Reason.MESSAGE_NOT_FOUND, "reply_to_id: no message \"" + say.replyTo() + "\" here");
    }
    Message message =
        new Message(
            say.id(),
            0,
            say.author(),
            say.content(),
            say.at() != null ? say.at() : now,
            say.replyTo(),
            say.mentions(),
            null,
            null,
            List.of());
    return Accepted.journal(List.of(new RoomEntry.Said(message)));
  }

  private static Decision<RoomEntry> edit(
      RoomState room, RoomCommand.Edit edit, Facts<RoomEntry> facts, Instant now)
      throws RefusedException {
    Decision<RoomEntry> repeated = repeated(edit.by(), edit.key(), facts);
    if (repeated != null) {
      return repeated;
    }
    speaks(room, edit.by(), facts);
    Message message = message(facts, edit.target());
    if (!message.author().id().equals(edit.by().id())) {
      throw refused(Reason.PERMISSION_DENIED, "only its author may edit a message");
    }
    Message after = message.edited(edit.content(), edit.mentions(), now);
    return Accepted.journal(List.of(new RoomEntry.Edited(edit.by().user(), edit.key(), after)));
  }

  private static Decision<RoomEntry> delete(
      RoomState room, RoomCommand.Delete delete, Facts<RoomEntry> facts, Instant now)
      throws RefusedException {
    Decision<RoomEntry> repeated = repeated(delete.by(), delete.key(), facts);
    if (repeated != null) {
      return repeated;
    }
    speaks(room, delete.by(), facts);
    Message message = message(facts, delete.target());
    if (!message.author().id().equals(delete.by().id())) {
      require(room, delete.by(), Access.Action.MODERATE, facts);
    }
    return Accepted.journal(
        List.of(new RoomEntry.Deleted(delete.by().user(), delete.key(), message.deleted(now))));
  }

  private static Decision<RoomEntry> react(
      RoomState room, RoomCommand.React react, Facts<RoomEntry> facts) throws RefusedException {
    Decision<RoomEntry> repeated = repeated(react.by(), react.key(), facts);
    if (repeated != null) {
      return repeated;
    }
    speaks(room, react.by(), facts);
    Message message = message(facts, react.target());
    List<Message.Reaction> after =
        react.remove()
            ? Reactions.without(message.reactions(), react.emoji(), react.by().id())
            : Reactions.with(message.reactions(), react.emoji(), react.by().id());
    if (after.equals(message.reactions())) {
      return Accepted.nothing();
    }
    if (after.size() > Limits.MAX_EMOJIS || Reactions.count(after) > Limits.MAX_REACTIONS) {
      throw refused(
          Reason.LIMIT_REACHED,
          "reactions: the message is full (limit: %d emojis, %d reactions)"
              .formatted(Limits.MAX_EMOJIS, Limits.MAX_REACTIONS));
    }
    return Accepted.journal(
        List.of(
            new RoomEntry.Reacted(
                react.by().user(),
                react.key(),
                message.with(after),
                react.emoji(),
                react.remove())));
  }

  private static Decision<RoomEntry> read(
      RoomState room, RoomCommand.Read read, Facts<RoomEntry> facts, long nowMicros)
      throws RefusedException {
    speaks(room, read.by(), facts);
    long wanted =
        switch (read.upTo()) {
          case RoomCommand.Target.ById byId -> message(facts, byId).sequence();
          case RoomCommand.Target.BySequence bySequence -> bySequence.sequence();
        };
    long sequence = Math.min(wanted, facts.lastSequence());
    Member member = facts.member(read.by().id());
    if (sequence <= 0 || (member != null && member.readSequence() >= sequence)) {
      return Accepted.nothing();
    }
    Accepted<RoomEntry> accepted =
        facts.online() > Limits.MAX_RECEIPT_AUDIENCE
            ? Accepted.nothing()
            : Accepted.tell(
                List.of(
                    new RoomSignal.ReadUpTo(
                        read.by().user(), sequence, messageIdAt(facts, read.upTo()), nowMicros)));
    return member == null
        ? accepted
        : accepted.members(List.of(new MemberChange.Read(read.by().id(), sequence)));
  }

  private static Decision<RoomEntry> type(
      RoomState room, RoomCommand.Type type, Facts<RoomEntry> facts) throws RefusedException {
    speaks(room, type.by(), facts);
    return facts.online() > Limits.MAX_RECEIPT_AUDIENCE
        ? Accepted.nothing()
        : Accepted.tell(List.of(new RoomSignal.Typing(type.by().user(), type.on())));
  }

  private static String messageIdAt(Facts<RoomEntry> facts, RoomCommand.Target target) {
    Facts.Known<RoomEntry> known = known(facts, target);
    return known != null && known.content() instanceof RoomEntry.Said said
        ? said.message().id()
        : NO_KEY;
  }

  private static Message message(Facts<RoomEntry> facts, RoomCommand.Target target)
      throws RefusedException {
    Facts.Known<RoomEntry> known = known(facts, target);
    if (known == null || !(known.content() instanceof RoomEntry.Said said)) {
      throw refused(Reason.MESSAGE_NOT_FOUND, "no such message here: " + target);
    }
    if (said.message().deletedAt() != null) {
      throw refused(Reason.MESSAGE_DELETED, "the message was deleted");
    }
    return said.message().at(known.entry().sequence());
  }

  private static Facts.@Nullable Known<RoomEntry> known(
      Facts<RoomEntry> facts, RoomCommand.Target target) {
    return switch (target) {
      case RoomCommand.Target.ById byId -> facts.byAnyKey(byId.id());
      case RoomCommand.Target.BySequence bySequence -> facts.at(bySequence.sequence());
    };
  }

  private static @Nullable Decision<RoomEntry> repeated(
      Caller by, String key, Facts<RoomEntry> facts) {
    Facts.Known<RoomEntry> before = key.isEmpty() ? null : facts.byKey(by.id(), key);
    return before == null
        ? null
        : new Decision.Repeated<>(before.entry().sequence(), before.entry().atMicros());
  }

  private static boolean imports(RoomCommand.Say say) {
    return say.imported() && say.by().may(Caller.Right.IMPORT);
  }

  private static void speaks(RoomState room, Caller by, Facts<RoomEntry> facts)
      throws RefusedException {
    if (!permits(room, by, Access.Action.SPEAK, facts)) {
      throw refused(Reason.NOT_A_MEMBER, "not a member of this room: \"" + room.id() + "\"");
    }
  }

  private static void notDirect(RoomState room) throws RefusedException {
    if (room.visibility() == Visibility.DIRECT) {
      throw refused(Reason.DIRECT_ROOM, "room \"" + room.id() + "\" is a direct conversation");
    }
  }

  private static void require(
      RoomState room, Caller by, Access.Action action, Facts<RoomEntry> facts)
      throws RefusedException {
    if (!permits(room, by, action, facts)) {
      throw refused(Reason.PERMISSION_DENIED, "your role in the room does not allow it");
    }
  }

  private static boolean permits(
      RoomState room, Caller by, Access.Action action, Facts<RoomEntry> facts) {
    return Access.permits(by, action, room.open(), facts.member(by.id()), facts.present(by.id()));
  }

  private static RefusedException refused(Reason reason, String message) {
    Refusal refusal = reason.because(message);
    return new RefusedException(refusal);
  }
}
