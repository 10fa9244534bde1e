package dev.parley.core.topic;

import dev.parley.core.error.Refusal;
import dev.parley.core.user.Present;
import dev.parley.core.user.Profile;
import dev.parley.core.user.Status;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What waits in the engine's queue.
sealed interface Request {
  /// Whether it may be refused where too much waits. What ends something, and what each stream
  /// asks for once, is always taken.
  default boolean refusable() {
    return true;
  }

  /// About how many bytes it holds.
  default int bytes() {
    return 0;
  }

  /// Answers that it is not carried out.
  void refuse(Refusal refusal);

  /// A command to decide.
  ///
  /// @param bytes about what it holds
  record Command(TopicId topic, Object command, int bytes, Consumer<Outcome> answer)
      implements Request {
    @Override
    public void refuse(Refusal refusal) {
      answer.accept(new Outcome.Refused(refusal));
    }
  }

  /// A command to decide that, if accepted, begins a subscription.
  record Attach(
      TopicId topic,
      Object command,
      Subscription subscription,
      Status status,
      Consumer<Attachment> answer)
      implements Request {
    @Override
    public void refuse(Refusal refusal) {
      answer.accept(new Attachment.Refused(refusal));
    }
  }

  /// A subscription ends.
  record Detach(TopicId topic, Subscription subscription, Departure departure) implements Request {
    @Override
    public boolean refusable() {
      return false;
    }

    @Override
    public void refuse(Refusal refusal) {}
  }

  /// A user is to be seen in another way, in several topics.
  record SetStatus(List<TopicId> topics, String user, Status status, Runnable done)
      implements Request {
    @Override
    public boolean refusable() {
      return false;
    }

    @Override
    public void refuse(Refusal refusal) {
      done.run();
    }
  }

  /// A question for a page of those who are here.
  record WhoIsHere(
      TopicId topic, String after, int limit, Consumer<Here> answer, Consumer<Refusal> refused)
      implements Request {
    @Override
    public void refuse(Refusal refusal) {
      refused.accept(refusal);
    }
  }

  /// A question for how many are in each of several topics.
  record HowMany(
      List<TopicId> topics, Consumer<Map<TopicId, Integer>> answer, Consumer<Refusal> refused)
      implements Request {
    @Override
    public void refuse(Refusal refusal) {
      refused.accept(refusal);
    }
  }

  /// How a user wants to be shown is to be stored.
  record Save(Profile profile) implements Request {
    @Override
    public boolean refusable() {
      return false;
    }

    @Override
    public void refuse(Refusal refusal) {}
  }

  /// Those who are here.
  ///
  /// @param online how many in all
  record Here(int online, List<Present> users) {}
}
