package dev.parley.core.room;

import static dev.parley.core.room.RoomGuards.imports;
import static dev.parley.core.room.RoomGuards.permits;
import static dev.parley.core.room.RoomGuards.refused;
import static dev.parley.core.room.RoomGuards.require;
import static dev.parley.core.room.RoomGuards.speaks;

import dev.parley.core.access.Access;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Decision.Accepted;
import dev.parley.core.topic.Facts;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.MemberChange;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is said in a room, changed, reacted to, read and typed. Pure.
final class RoomTalk {
  private RoomTalk() {}

  static Decision<RoomEntry> say(
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
            0,
            null,
            List.of());
    return Accepted.journal(List.of(new RoomEntry.Said(message)));
  }

  static Decision<RoomEntry> edit(
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

  static Decision<RoomEntry> delete(
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

  static Decision<RoomEntry> react(RoomState room, RoomCommand.React react, Facts<RoomEntry> facts)
      throws RefusedException {
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

  static Decision<RoomEntry> read(
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

  static Decision<RoomEntry> type(RoomState room, RoomCommand.Type type, Facts<RoomEntry> facts)
      throws RefusedException {
    speaks(room, type.by(), facts);
    return facts.online() > Limits.MAX_RECEIPT_AUDIENCE
        ? Accepted.nothing()
        : Accepted.tell(List.of(new RoomSignal.Typing(type.by().user(), type.on())));
  }

  static Decision<RoomEntry> write(
      RoomState room, RoomCommand.Write write, Facts<RoomEntry> facts, Instant now)
      throws RefusedException {
    speaks(room, write.by(), facts);
    if (facts.online() > Limits.MAX_RECEIPT_AUDIENCE) {
      return Accepted.nothing();
    }
    Message soFar =
        new Message(
            write.id(),
            0,
            write.by().user(),
            new Content.Text(write.text()),
            now,
            write.replyTo(),
            List.of(),
            null,
            0,
            null,
            List.of());
    return Accepted.tell(List.of(new RoomSignal.Growing(soFar, write.asker())));
  }

  static Decision<RoomEntry> stop(RoomState room, RoomCommand.Stop stop, Facts<RoomEntry> facts)
      throws RefusedException {
    boolean own = stop.by().id().equals(stop.asker());
    if (!own && !permits(room, stop.by(), Access.Action.MODERATE, facts)) {
      throw refused(
          Reason.PERMISSION_DENIED,
          "only who asked, a moderator or an owner may stop it (asked by \"%s\")"
              .formatted(stop.asker()));
    }
    return Accepted.nothing();
  }

  private static String messageIdAt(Facts<RoomEntry> facts, RoomCommand.Target target) {
    Facts.Known<RoomEntry> known = known(facts, target);
    return known != null && known.content() instanceof RoomEntry.Said said
        ? said.message().id()
        : "";
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
      throw refused(Reason.MESSAGE_NOT_FOUND, missing(target));
    }
    return known;
  }

  private static String missing(RoomCommand.Target target) {
    return switch (target) {
      case RoomCommand.Target.ById byId ->
          "no message \"%s\" here (expected: the id of one)".formatted(byId.id());
      case RoomCommand.Target.BySequence bySequence ->
          "no message at sequence %d here (expected: the sequence of one)"
              .formatted(bySequence.sequence());
    };
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
}
