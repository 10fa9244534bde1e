package dev.parley.server.assistant;

import dev.parley.core.access.Caller;
import dev.parley.core.room.Content;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.Engine;
import dev.parley.core.topic.Outcome;
import dev.parley.core.user.Profile;
import dev.parley.server.config.AssistantSettings;
import dev.parley.server.rpc.Ids;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An assistant, as a user.
///
/// @param mention what in a text asks it
record Assistant(AssistantSettings settings, Caller self, Pattern mention) {
  private static final Logger LOG = LoggerFactory.getLogger(Assistant.class);

  /// What the ids of messages begin with that decline a question.
  private static final String DECLINE = "decline-";

  static Assistant of(AssistantSettings settings) {
    String name = settings.name();
    return new Assistant(
        settings,
        new Caller(new Profile(name, name, name, ""), Set.of()),
        Pattern.compile(
            "(?<![\\p{L}\\p{N}_@./-])@" + Pattern.quote(name) + "(?![\\p{L}\\p{N}_-])",
            Pattern.CASE_INSENSITIVE));
  }

  String name() {
    return settings.name();
  }

  boolean isMentioned(List<String> mentions, String text) {
    return mentions.contains(name()) || (text.indexOf('@') >= 0 && mention.matcher(text).find());
  }

  /// Says why it does not answer a message.
  void decline(Engine engine, String room, String why, String replyTo) {
    say(engine, room, DECLINE + Ids.next(), why, replyTo);
  }

  /// Whether a message of an assistant says why it does not answer.
  ///
  /// @param id the message's
  static boolean isDecline(String id) {
    return id.startsWith(DECLINE);
  }

  /// Says something of its own, that no model wrote.
  ///
  /// @param id the message's; said before, it is not said again
  /// @param replyTo id of the message that it answers; empty: none
  void say(Engine engine, String room, String id, String text, String replyTo) {
    RoomCommand.Say say =
        new RoomCommand.Say(
            self, self.user(), id, new Content.Text(text), null, replyTo, List.of(), false);
    engine.submit(
        RoomRules.topic(room),
        say,
        outcome -> {
          if (outcome instanceof Outcome.Refused refused) {
            LOG.debug("room {}: not said: {}", room, refused.refusal().message());
          }
        });
  }
}
