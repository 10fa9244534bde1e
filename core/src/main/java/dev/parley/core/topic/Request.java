package dev.parley.core.topic;

import dev.parley.core.error.Refusal;
import dev.parley.core.user.Present;
import dev.parley.core.user.Profile;
import dev.parley.core.user.Status;
import java.util.List;
import java.util.function.Consumer;

/// What waits in the engine's queue.
sealed interface Request {
  /// Answers that nobody will carry it out.
  void refuse(Refusal refusal);

  /// A command to decide.
  record Command(TopicId topic, Object command, Consumer<Outcome> answer) implements Request {
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
    public void refuse(Refusal refusal) {}
  }

  /// A user is to be seen in another way.
  record SetStatus(TopicId topic, String user, Status status) implements Request {
    @Override
    public void refuse(Refusal refusal) {}
  }

  /// A question for a page of those who are here.
  record WhoIsHere(TopicId topic, String after, int limit, Consumer<Here> answer)
      implements Request {
    /// Nobody is here any more.
    @Override
    public void refuse(Refusal refusal) {
      answer.accept(new Here(0, List.of()));
    }
  }

  /// How a user wants to be shown is to be stored.
  record Save(Profile profile) implements Request {
    @Override
    public void refuse(Refusal refusal) {}
  }

  /// Those who are here.
  ///
  /// @param online how many in all
  record Here(int online, List<Present> users) {}
}
