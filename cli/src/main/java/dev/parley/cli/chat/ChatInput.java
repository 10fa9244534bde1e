package dev.parley.cli.chat;

import dev.parley.chat.v1.MemberRole;
import dev.parley.chat.v1.UserStatus;
import org.jspecify.annotations.Nullable;

/// What a person means by a line. Immutable; [InputGrammar] makes it of the line.
sealed interface ChatInput {
  /// A message that is spoken of.
  ///
  /// @param number its number; 0: the last one
  record Target(long number) {
    static final Target LAST = new Target(0);
  }

  /// An empty line.
  record Nothing() implements ChatInput {}

  /// A message.
  record Say(String text) implements ChatInput {}

  /// `/me waves`.
  record Act(String deed) implements ChatInput {}

  record Reply(Target target, String text) implements ChatInput {}

  record Edit(Target target, String text) implements ChatInput {}

  record Delete(Target target) implements ChatInput {}

  /// `/react 12 👍`.
  ///
  /// @param remove take it off again
  record React(Target target, String emoji, boolean remove) implements ChatInput {}

  record Join(String room) implements ChatInput {}

  /// `/leave`.
  ///
  /// @param room null: the current one
  record Leave(@Nullable String room) implements ChatInput {}

  record Switch(String room) implements ChatInput {}

  /// `/create room Its name`.
  ///
  /// @param name to show; empty: the id
  record Create(String room, String name) implements ChatInput {}

  /// `/dm ann hello`.
  ///
  /// @param text to say there at once; empty: nothing
  record Direct(String user, String text) implements ChatInput {}

  /// `/invite ben moderator`.
  record Invite(String user, MemberRole role) implements ChatInput {}

  record Stop() implements ChatInput {}

  record Rooms() implements ChatInput {}

  record Users() implements ChatInput {}

  /// `/history 50`.
  ///
  /// @param before only messages before this number; 0: the newest
  record History(int count, long before) implements ChatInput {}

  record Search(String words) implements ChatInput {}

  record SetStatus(UserStatus status) implements ChatInput {}

  /// `/help join`.
  ///
  /// @param word the command to explain; null: all
  record Help(@Nullable CommandWord word) implements ChatInput {}

  record Quit() implements ChatInput {}

  /// A line that means nothing.
  ///
  /// @param words what is wrong with it
  /// @param unknownCommand whether it begins like a command but is none
  record Wrong(String words, boolean unknownCommand) implements ChatInput {}
}
