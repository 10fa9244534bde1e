package dev.parley.core.topic;

import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.time.Clock;
import dev.parley.core.user.Profile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One turn of the engine: look up, decide, commit, apply, answer. Lives for that turn, on the
/// engine's thread.
final class Batch {
  private static final System.Logger LOG = System.getLogger(Batch.class.getName());

  /// How often a batch is decided anew because another writer was faster.
  private static final int MAX_CONFLICTS = 5;

  private final Journal journal;
  private final Topics cache;
  private final Clock clock;
  private final List<Request> requests;
  private final Map<TopicId, LiveTopic<?, ?, ?>> topics = new LinkedHashMap<>();
  private final Map<TopicId, Refusal> unloadable = new LinkedHashMap<>();
  private final Set<Outlet> outlets = new HashSet<>();
  private boolean erasedSome;

  Batch(Journal journal, Topics cache, Clock clock, List<Request> requests) {
    this.journal = journal;
    this.cache = cache;
    this.clock = clock;
    this.requests = requests;
  }

  /// Topics that the batch concerned.
  Collection<LiveTopic<?, ?, ?>> topics() {
    return topics.values();
  }

  /// Outlets that may have been handed something.
  Set<Outlet> outlets() {
    return outlets;
  }

  /// Whether a topic was erased, so that there is something to reap.
  boolean erasedSome() {
    return erasedSome;
  }

  /// Runs the batch.
  ///
  /// @param failure why commits failed before
  /// @return why commits fail now; null: they work
  @Nullable Refusal run(@Nullable Refusal failure) {
    load();
    for (int attempt = 1; ; attempt++) {
      List<Outcome> outcomes = List.of();
      try {
        BatchFacts facts = new BatchFacts(journal.find(lookups()));
        outcomes = decide(facts);
        boolean committed = commit();
        topics.values().forEach(this::publish);
        answer(outcomes, facts);
        return committed ? null : failure;
      } catch (JournalException e) {
        topics.values().forEach(LiveTopic::rollBack);
        if (e.kind() == JournalException.Cause.CONFLICT && attempt < MAX_CONFLICTS && catchUp()) {
          continue;
        }
        LOG.log(System.Logger.Level.ERROR, "commit of " + requests.size() + " requests failed", e);
        Refusal refusal = JournalRefusals.of(e);
        answer(refuseAccepted(outcomes, refusal), new BatchFacts(new Found(Map.of(), Map.of())));
        return refusal;
      }
    }
  }

  private void load() {
    for (Request request : requests) {
      TopicId id = topicOf(request);
      if (id == null || topics.containsKey(id) || unloadable.containsKey(id)) {
        continue;
      }
      try {
        topics.put(id, cache.get(id));
      } catch (JournalException e) {
        LOG.log(System.Logger.Level.ERROR, "cannot load " + id, e);
        unloadable.put(id, JournalRefusals.of(e));
      }
    }
  }

  private boolean catchUp() {
    try {
      for (LiveTopic<?, ?, ?> topic : topics.values()) {
        topic.catchUp(journal);
      }
      return true;
    } catch (JournalException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot read what another writer appended", e);
      return false;
    }
  }

  private List<Lookup> lookups() {
    List<Lookup> lookups = new ArrayList<>();
    for (Request request : requests) {
      LiveTopic<?, ?, ?> topic = topics.get(topicOf(request));
      Object command = commandOf(request);
      if (topic != null && command != null) {
        lookups.addAll(topic.needs(command));
      }
    }
    return lookups;
  }

  private List<Outcome> decide(BatchFacts facts) {
    List<Outcome> outcomes = new ArrayList<>(requests.size());
    long nowMicros = clock.epochMicros();
    for (Request request : requests) {
      Outcome outcome = decide(request, facts, nowMicros);
      outcomes.add(outcome);
      if (request instanceof Request.Attach attach && outcome instanceof Outcome.Done) {
        live(attach.topic()).entering(attach.subscription().user().id());
      }
    }
    return outcomes;
  }

  private Outcome decide(Request request, BatchFacts facts, long nowMicros) {
    TopicId id = topicOf(request);
    Object command = commandOf(request);
    if (id == null || command == null) {
      return new Outcome.Done(0, nowMicros, false);
    }
    Refusal refusal = unloadable.get(id);
    if (refusal != null) {
      return new Outcome.Refused(refusal);
    }
    LiveTopic<?, ?, ?> topic = live(id);
    try {
      return switch (topic.decide(command, facts, nowMicros)) {
        case Decision.Accepted<?> accepted -> {
          erasedSome |= accepted.erased();
          yield new Outcome.Done(
              accepted.entries().isEmpty() ? 0 : topic.headLast(), nowMicros, false);
        }
        case Decision.Repeated<?> repeated ->
            new Outcome.Done(repeated.sequence(), repeated.atMicros(), true);
        case Decision.Refused<?> refused -> new Outcome.Refused(refused.refusal());
      };
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "a command could not be decided in " + id, e);
      return new Outcome.Refused(Reason.INTERNAL.because("the request could not be decided"));
    }
  }

  /// Commits what was decided; false: there was nothing to commit.
  private boolean commit() throws JournalException {
    List<Append> appends = new ArrayList<>();
    for (LiveTopic<?, ?, ?> topic : topics.values()) {
      Append append = topic.append();
      if (append != null) {
        appends.add(append);
      }
    }
    Map<String, Profile> profiles = new LinkedHashMap<>();
    for (Request request : requests) {
      if (request instanceof Request.Save save) {
        profiles.put(save.profile().id(), save.profile());
      }
    }
    if (appends.isEmpty() && profiles.isEmpty()) {
      return false;
    }
    journal.commit(appends, List.copyOf(profiles.values()));
    return true;
  }

  private void publish(LiveTopic<?, ?, ?> topic) {
    outlets.addAll(topic.outlets());
    topic.committed();
  }

  private static List<Outcome> refuseAccepted(List<Outcome> outcomes, Refusal refusal) {
    List<Outcome> refused = new ArrayList<>();
    outcomes.forEach(
        outcome ->
            refused.add(outcome instanceof Outcome.Done ? new Outcome.Refused(refusal) : outcome));
    return refused;
  }

  /// Carries out what concerns streams, and answers, in the order of the queue.
  private void answer(List<Outcome> outcomes, BatchFacts facts) {
    long nowNanos = clock.nanos();
    for (int i = 0; i < requests.size(); i++) {
      Outcome outcome =
          i < outcomes.size()
              ? outcomes.get(i)
              : new Outcome.Refused(Reason.STORAGE_UNAVAILABLE.because("storage failed"));
      switch (requests.get(i)) {
        case Request.Command command -> command.answer().accept(outcome);
        case Request.Attach attach -> attach.answer().accept(attach(attach, outcome, facts));
        case Request.Detach detach -> {
          LiveTopic<?, ?, ?> topic = topics.get(detach.topic());
          if (topic != null) {
            topic.detach(detach.subscription(), detach.departure(), nowNanos);
          }
        }
        case Request.SetStatus set -> {
          LiveTopic<?, ?, ?> topic = topics.get(set.topic());
          if (topic != null) {
            topic.status(set.user(), set.status());
          }
        }
        case Request.WhoIsHere who -> {
          LiveTopic<?, ?, ?> topic = topics.get(who.topic());
          who.answer()
              .accept(
                  topic == null
                      ? new Request.Here(0, List.of())
                      : new Request.Here(
                          topic.roster.size(), topic.roster.page(who.after(), who.limit())));
        }
        case Request.Save _ -> {}
      }
    }
    for (LiveTopic<?, ?, ?> topic : topics.values()) {
      topic.tellPresence(nowNanos, clock.epochMicros());
      outlets.addAll(topic.outlets());
    }
  }

  private Attachment attach(Request.Attach attach, Outcome outcome, BatchFacts facts) {
    return switch (outcome) {
      case Outcome.Refused refused -> new Attachment.Refused(refused.refusal());
      case Outcome.Done _ -> {
        outlets.add(attach.subscription().outlet());
        yield live(attach.topic())
            .attach(
                attach,
                journal.epoch(),
                facts.member(attach.topic(), attach.subscription().user().id()));
      }
    };
  }

  private LiveTopic<?, ?, ?> live(TopicId id) {
    LiveTopic<?, ?, ?> topic = topics.get(id);
    if (topic == null) {
      throw new IllegalStateException("not loaded: " + id);
    }
    return topic;
  }

  private static @Nullable TopicId topicOf(Request request) {
    return switch (request) {
      case Request.Command command -> command.topic();
      case Request.Attach attach -> attach.topic();
      case Request.Detach detach -> detach.topic();
      case Request.SetStatus set -> set.topic();
      case Request.WhoIsHere who -> who.topic();
      case Request.Save _ -> null;
    };
  }

  private static @Nullable Object commandOf(Request request) {
    return switch (request) {
      case Request.Command command -> command.command();
      case Request.Attach attach -> attach.command();
      case Request.Detach _, Request.SetStatus _, Request.WhoIsHere _, Request.Save _ -> null;
    };
  }
}
