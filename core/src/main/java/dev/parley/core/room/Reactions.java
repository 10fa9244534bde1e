package dev.parley.core.room;

import java.util.ArrayList;
import java.util.List;

/// The reactions on a message as a value.
final class Reactions {
  private Reactions() {}

  static List<Message.Reaction> with(List<Message.Reaction> before, String emoji, String user) {
    List<Message.Reaction> after = new ArrayList<>(before);
    for (int i = 0; i < after.size(); i++) {
      Message.Reaction reaction = after.get(i);
      if (reaction.emoji().equals(emoji)) {
        if (!reaction.users().contains(user)) {
          List<String> users = new ArrayList<>(reaction.users());
          users.add(user);
          after.set(i, new Message.Reaction(emoji, users));
        }
        return List.copyOf(after);
      }
    }
    after.add(new Message.Reaction(emoji, List.of(user)));
    return List.copyOf(after);
  }

  static List<Message.Reaction> without(List<Message.Reaction> before, String emoji, String user) {
    List<Message.Reaction> after = new ArrayList<>();
    for (Message.Reaction reaction : before) {
      if (!reaction.emoji().equals(emoji)) {
        after.add(reaction);
        continue;
      }
      List<String> users = reaction.users().stream().filter(u -> !u.equals(user)).toList();
      if (!users.isEmpty()) {
        after.add(new Message.Reaction(emoji, users));
      }
    }
    return List.copyOf(after);
  }

  static int count(List<Message.Reaction> reactions) {
    return reactions.stream().mapToInt(reaction -> reaction.users().size()).sum();
  }
}
