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
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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
      case RoomCommand.Edit edit -> {
        change(needs, topic, command, edit.key(), edit.target());
        own(needs, topic, command, edit.target());
      }
      case RoomCommand.Delete delete -> {
        change(needs, topic, command, delete.key(), delete.target());
        own(needs, topic, command, delete.target());
      }
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

  private static void own(
      List<Lookup> needs, TopicId topic, RoomCommand command, RoomCommand.Target target) {
    if (target instanceof RoomCommand.Target.ById byId) {
      needs.add(new Lookup.ByKey(topic, command.by().id(), byId.id()));
    }
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
    Instant now = Instant.EPOCH.plus(nowMicros, ChronoUnit.MICROS);
    try {
      if (!(command instanceof RoomCommand.Create)) {
        exists(room, command, facts);
      }
      return switch (command) {
        case RoomCommand.Create create -> create(room, create, facts, nowMicros);
        case RoomCommand.Update update -> update(room, update, facts);
        case RoomCommand.DeleteRoom delete -> deleteRoom(room, delete, facts);
        case RoomCommand.Join join -> join(room, join, facts, nowMicros);
        case RoomCommand.Leave leave -> leave(room, leave.by(), facts);
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

  private static Decision<RoomEntry> create(
      RoomState room, RoomCommand.Create create, Facts<RoomEntry> facts, long nowMicros)
      throws RefusedException {
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
    fitting(create);
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
    return create.ifMissing()
        || (own != null
            && own.role() == Role.OWNER
            && room.name().equals(nameOf(room, create.name()))
            && room.description().equals(create.description())
            && room.visibility() == create.visibility());
  }

  private static void fitting(RoomCommand.Create create) throws RefusedException {
    Set<String> people = ids(create.directUsers());
    if (create.visibility() != Visibility.DIRECT) {
      if (!people.isEmpty()) {
        throw refused(Reason.INVALID_REQUEST, "direct_users: not empty (expected: a direct room)");
      }
    } else if (people.size() > 2 || !people.contains(create.by().id())) {
      throw refused(
          Reason.INVALID_REQUEST,
          "direct_users: %s (expected: you and one other)".formatted(people));
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

  private static Decision<RoomEntry> update(
      RoomState room, RoomCommand.Update update, Facts<RoomEntry> facts) throws RefusedException {
    require(room, update.by(), Access.Action.MANAGE, facts);
    notDirect(room);
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
    notDirect(room);
    return Accepted.<RoomEntry>nothing()
        .members(List.of(new MemberChange.Put(join.by().id(), Role.MEMBER, nowMicros)));
  }

  private static Decision<RoomEntry> leave(RoomState room, Caller by, Facts<RoomEntry> facts)
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
      if (before.user().equals(add.by().id())) {
        ownerStays(add.by(), before);
      }
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

  private static Decision<RoomEntry> say(
      RoomState room, RoomCommand.Say say, Facts<RoomEntry> facts, Instant now)
      throws RefusedException {
    if (say.imported() && !imports(say)) {
      throw refused(Reason.PERMISSION_DENIED, "you may not bring in messages of others");
    }
    Decision<RoomEntry> repeated =
        repeated(say.author().id(), say.id(), RoomEntry.Said.class, facts);
    if (repeated != null) {
      return repeated;
    }
    if (!say.imported()) {
      speaks(room, say.by(), facts);
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
    Decision<RoomEntry> repeated =
        repeated(edit.by().id(), edit.key(), RoomEntry.Edited.class, facts);
    if (repeated != null) {
      return repeated;
    }
    speaks(room, edit.by(), facts);
    Message message = ownOrOther(edit.by(), edit.target(), facts);
    if (!message.author().id().equals(edit.by().id())) {
      throw refused(Reason.PERMISSION_DENIED, "only its author may edit a message");
    }
    Message after = message.edited(edit.content(), edit.mentions(), now);
    return Accepted.journal(List.of(new RoomEntry.Edited(edit.by().user(), edit.key(), after)));
  }

  private static Decision<RoomEntry> delete(
      RoomState room, RoomCommand.Delete delete, Facts<RoomEntry> facts, Instant now)
      throws RefusedException {
    Decision<RoomEntry> repeated =
        repeated(delete.by().id(), delete.key(), RoomEntry.Deleted.class, facts);
    if (repeated != null) {
      return repeated;
    }
    speaks(room, delete.by(), facts);
    Message message = ownOrOther(delete.by(), delete.target(), facts);
    if (!message.author().id().equals(delete.by().id())) {
      require(room, delete.by(), Access.Action.MODERATE, facts);
    }
    return Accepted.journal(
        List.of(new RoomEntry.Deleted(delete.by().user(), delete.key(), message.deleted(now))));
  }

  private static Decision<RoomEntry> react(
      RoomState room, RoomCommand.React react, Facts<RoomEntry> facts) throws RefusedException {
    Decision<RoomEntry> repeated =
        repeated(react.by().id(), react.key(), RoomEntry.Reacted.class, facts);
    if (repeated != null) {
      return repeated;
    }
    speaks(room, react.by(), facts);
    Message message = message(said(facts, react.target()));
    List<Message.Reaction> after =
        react.remove()
            ? Reactions.without(message.reactions(), react.emoji(), react.by().id())
            : Reactions.with(message.reactions(), react.emoji(), react.by().id());
    if (after.equals(message.reactions())) {
      return Accepted.nothing();
    }
    if (!react.remove()
        && (after.size() > Limits.MAX_EMOJIS || Reactions.count(after) > Limits.MAX_REACTIONS)) {
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
          case RoomCommand.Target.ById byId -> said(facts, byId).entry().sequence();
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

  /// Ids are their authors' own, so two may have chosen the same: one's own message comes first.
  private static Message ownOrOther(Caller by, RoomCommand.Target target, Facts<RoomEntry> facts)
      throws RefusedException {
    if (target instanceof RoomCommand.Target.ById byId) {
      Facts.Known<RoomEntry> own = facts.byKey(by.id(), byId.id());
      if (own != null && own.content() instanceof RoomEntry.Said) {
        return message(own);
      }
    }
    return message(said(facts, target));
  }

  private static Facts.Known<RoomEntry> said(Facts<RoomEntry> facts, RoomCommand.Target target)
      throws RefusedException {
    Facts.Known<RoomEntry> known = known(facts, target);
    if (known == null || !(known.content() instanceof RoomEntry.Said)) {
      throw refused(Reason.MESSAGE_NOT_FOUND, "no such message here: " + target);
    }
    return known;
  }

  private static Message message(Facts.Known<RoomEntry> known) throws RefusedException {
    Message message = ((RoomEntry.Said) known.content()).message();
    if (message.deletedAt() != null) {
      throw refused(Reason.MESSAGE_DELETED, "the message was deleted");
    }
    return message.at(known.entry().sequence());
  }

  private static Facts.@Nullable Known<RoomEntry> known(
      Facts<RoomEntry> facts, RoomCommand.Target target) {
    return switch (target) {
      case RoomCommand.Target.ById byId -> facts.byAnyKey(byId.id());
      case RoomCommand.Target.BySequence bySequence -> facts.at(bySequence.sequence());
    };
  }

  /// What was done under this key before; null: nothing.
  private static @Nullable Decision<RoomEntry> repeated(
      String author, String key, Class<? extends RoomEntry> what, Facts<RoomEntry> facts)
      throws RefusedException {
    Facts.Known<RoomEntry> before = key.isEmpty() ? null : facts.byKey(author, key);
    if (before == null) {
      return null;
    }
    if (!what.isInstance(before.content())) {
      throw refused(
          Reason.INVALID_REQUEST,
          "id: \"%s\" was used for another kind of request (expected: a new one)".formatted(key));
    }
    return new Decision.Repeated<>(before.entry().sequence(), before.entry().atMicros());
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
