package dev.parley.core.room;

import dev.parley.core.error.RefusedException;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Facts;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Rules;
import dev.parley.core.topic.TopicId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// The rules of a room. Pure.
public final class RoomRules implements Rules<RoomState, RoomCommand, RoomEntry> {
  /// The kind of topic that a room is.
  public static final String KIND = "room";

  /// What the ids of direct rooms begin with, and no others.
  public static final String DIRECT_PREFIX = "dm-";

  /// What a command without its text holds, with room to spare.
  private static final int COMMAND_BYTES = 1_024;

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
  public int weigh(RoomCommand command) {
    Content content =
        switch (command) {
          case RoomCommand.Say say -> say.content();
          case RoomCommand.Edit edit -> edit.content();
          case RoomCommand.Write write -> new Content.Text(write.text());
          default -> null;
        };
    return COMMAND_BYTES + (content instanceof Content.Text text ? text.text().length() : 0);
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
          RoomCommand.Type _,
          RoomCommand.Write _,
          RoomCommand.Stop _ -> {}
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
        RoomGuards.exists(room, command, facts);
      }
      return switch (command) {
        case RoomCommand.Create create -> RoomLife.create(room, create, facts, nowMicros);
        case RoomCommand.Update update -> RoomLife.update(room, update, facts);
        case RoomCommand.DeleteRoom delete -> RoomLife.deleteRoom(room, delete, facts);
        case RoomCommand.Join join -> RoomMembers.join(room, join, facts, nowMicros);
        case RoomCommand.Leave leave -> RoomMembers.leave(room, leave.by(), facts);
        case RoomCommand.AddMember add -> RoomMembers.addMember(room, add, facts, nowMicros);
        case RoomCommand.RemoveMember remove -> RoomMembers.removeMember(room, remove, facts);
        case RoomCommand.Say say -> RoomTalk.say(room, say, facts, now);
        case RoomCommand.Edit edit -> RoomTalk.edit(room, edit, facts, now);
        case RoomCommand.Delete delete -> RoomTalk.delete(room, delete, facts, now);
        case RoomCommand.React react -> RoomTalk.react(room, react, facts);
        case RoomCommand.Read read -> RoomTalk.read(room, read, facts, nowMicros);
        case RoomCommand.Type type -> RoomTalk.type(room, type, facts);
        case RoomCommand.Write write -> RoomTalk.write(room, write, facts, now);
        case RoomCommand.Stop stop -> RoomTalk.stop(room, stop, facts);
      };
    } catch (RefusedException e) {
      return new Decision.Refused<>(e.refusal());
    }
  }
}
