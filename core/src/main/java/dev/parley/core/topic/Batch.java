package dev.parley.core.topic;

import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.limit.Limits;
import dev.parley.core.time.Clock;
import dev.parley.core.user.Profile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One turn of the engine: look up, decide, commit, apply, answer. Lives for that turn, on the
/// engine's thread.
///
/// It takes requests, in their order, until it has its fill of bytes ([BatchFacts#bytes]); the rest
/// is the next batch's. Hence facts are looked up for a few requests at a time.
///
/// A batch that cannot be committed is decided once more, from the committed states: what needs no
/// commit is done all the same (people enter rooms and read while the disk is full), and the rest
/// is refused for the reason of the failure.
final class Batch {
  private static final System.Logger LOG = System.getLogger(Batch.class.getName());

  /// How often a batch is decided anew because another writer was faster.
  private static final int MAX_CONFLICTS = 5;

  private final Journal journal;
  private final Topics cache;
  private final Clock clock;
  private final List<Request> requests;
  private final int maxBytes;
  private final Map<TopicId, LiveTopic<?, ?, ?>> topics = new LinkedHashMap<>();
  private final Map<TopicId, Refusal> unusable = new LinkedHashMap<>();
  private final IdentityHashMap<Request, Refusal> senseless = new IdentityHashMap<>();
  private final Set<Outlet> outlets = new HashSet<>();
  private boolean erasedSome;
  private int journaled;
  private int answered;

  /// What became of a request, and what it does beside the journal, which waits for the commit.
  private record Decided(Outcome outcome, Decision.@Nullable Accepted<?> accepted) {
    static Decided refused(Refusal refusal) {
      return new Decided(new Outcome.Refused(refusal), null);
    }
  }

  Batch(Journal journal, Topics cache, Clock clock, List<Request> requests, int maxBytes) {
    this.journal = journal;
    this.cache = cache;
    this.clock = clock;
    this.requests = requests;
    this.maxBytes = maxBytes;
  }

  /// Topics that the batch concerned.
  Collection<LiveTopic<?, ?, ?>> topics() {
    return topics.values();
  }

  /// Outlets that may have been handed something.
  Set<Outlet> outlets() {
    return outlets;
  }

  /// Requests that are not answered, in their order: those that it had no room for, or did not get
  /// to.
  List<Request> unanswered() {
    return List.copyOf(requests.subList(answered, requests.size()));
  }

  /// Whether a topic was erased, so that there is something to reap.
  boolean erasedSome() {
    return erasedSome;
  }

  /// How many entries it committed.
  int journaled() {
    return journaled;
  }

  /// Runs the batch.
  ///
  /// @param failure why commits failed before
  /// @return why commits fail now, as far as this batch can tell: on a full disk small ones still
  ///     work, so that it is not for a batch to say that the failure is over
  @Nullable Refusal run(@Nullable Refusal failure) {
    load(failure != null);
    for (int attempt = 1; ; attempt++) {
      try {
        BatchFacts facts = new BatchFacts();
        List<Decided> decided = decide(facts, null);
        commit(requests.subList(0, decided.size()));
        publish();
        answer(decided, facts);
        return failure;
      } catch (JournalException e) {
        rollBack();
        boolean overtaken = e.kind() == JournalException.Cause.CONFLICT;
        if (!(overtaken && attempt < MAX_CONFLICTS && catchUp())) {
          StorageLog.tell(LOG, "storage fails, nothing is stored", e, failure != null);
          Refusal refusal = JournalRefusals.of(e);
          runWithoutStoring(refusal);
          return refusal;
        }
      }
    }
  }

  private void runWithoutStoring(Refusal failing) {
    // it may have been committed all the same, the failure being that of the answer
    catchUp();
    BatchFacts facts = new BatchFacts();
    List<Decided> decided;
    try {
      decided = decide(facts, failing);
    } catch (JournalException e) {
      StorageLog.tell(LOG, "storage cannot be read either", e, true);
      decided = Collections.nCopies(requests.size(), Decided.refused(failing));
    }
    publish();
    answer(decided, facts);
  }

  private void load(boolean outage) {
    for (Request request : requests) {
      switch (request) {
        case Request.SetStatus set -> set.topics().forEach(id -> load(id, false, outage));
        case Request.HowMany many -> many.topics().forEach(id -> load(id, false, outage));
        case Request.Save _ -> {}
        case Request.Command _, Request.Attach _, Request.Detach _, Request.WhoIsHere _ ->
            load(Objects.requireNonNull(topicOf(request)), commandOf(request) != null, outage);
      }
    }
  }

  /// @param stored whether to load it, too, if it is not in memory
  private void load(TopicId id, boolean stored, boolean outage) {
    if (topics.containsKey(id) || unusable.containsKey(id)) {
      return;
    }
    try {
      LiveTopic<?, ?, ?> topic = stored ? cache.get(id) : cache.find(id);
      if (topic != null) {
        topics.put(id, topic);
      }
    } catch (JournalException e) {
      StorageLog.tell(LOG, "cannot load " + id, e, outage || !cache.failsAnew(id));
      unusable.put(id, JournalRefusals.of(e));
    } catch (RuntimeException e) {
      unusable.put(id, internal(id, e));
    }
  }

  /// False: it cannot be read, which the failure that made it necessary stands for.
  private boolean catchUp() {
    for (LiveTopic<?, ?, ?> topic : topics.values()) {
      try {
        outlets.addAll(topic.listeners.outlets());
        topic.catchUp(journal);
      } catch (JournalException e) {
        StorageLog.tell(LOG, "cannot read what another writer appended", e, true);
        return false;
      } catch (RuntimeException e) {
        unusable.put(topic.id, internal(topic.id, e));
      }
    }
    return true;
  }

  private Found find(List<Request> some) throws JournalException {
    Set<Lookup> lookups = lookups(some);
    try {
      return journal.find(lookups);
    } catch (RuntimeException e) {
      throw new JournalException(JournalException.Cause.BROKEN, "lookup failed unexpectedly", e);
    }
  }

  private Set<Lookup> lookups(List<Request> some) {
    Set<Lookup> lookups = new LinkedHashSet<>();
    for (Request request : some) {
      LiveTopic<?, ?, ?> topic = topics.get(topicOf(request));
      Object command = commandOf(request);
      if (topic != null && command != null) {
        try {
          lookups.addAll(topic.needs(command));
        } catch (RuntimeException e) {
          senseless.put(request, internal(topic.id, e));
        }
      }
    }
    return lookups;
  }

  /// What becomes of the requests, from the first on, as far as the batch has room for them.
  private List<Decided> decide(BatchFacts facts, @Nullable Refusal failing)
      throws JournalException {
    List<Decided> decided = new ArrayList<>(requests.size());
    long nowMicros = clock.epochMicros();
    while (decided.size() < requests.size() && facts.bytes() < maxBytes) {
      int end = Math.min(decided.size() + Limits.MAX_LOOKED_UP, requests.size());
      List<Request> next = requests.subList(decided.size(), end);
      facts.add(find(next));
      for (Request request : next) {
        Decided one = decide(request, facts, nowMicros, failing);
        decided.add(one);
        if (request instanceof Request.Attach attach && one.outcome() instanceof Outcome.Done) {
          live(attach.topic()).listeners.expect(attach.subscription().user().id());
        }
      }
    }
    return decided;
  }

  private Decided decide(
      Request request, BatchFacts facts, long nowMicros, @Nullable Refusal failing)
      throws JournalException {
    TopicId id = topicOf(request);
    Object command = commandOf(request);
    if (id == null || command == null) {
      return new Decided(new Outcome.Done(0, nowMicros, false), null);
    }
    Refusal refusal = unusable.getOrDefault(id, senseless.get(request));
    if (refusal != null) {
      return Decided.refused(refusal);
    }
    LiveTopic<?, ?, ?> topic = live(id);
    try {
      return switch (topic.decide(command, facts, nowMicros, failing)) {
        case Decision.Accepted<?> accepted -> {
          long sequence = accepted.entries().isEmpty() ? 0 : topic.headLast();
          yield new Decided(new Outcome.Done(sequence, nowMicros, false), accepted);
        }
        case Decision.Repeated<?> repeated -> {
          if (repeated.sequence() > topic.headLast()) {
            throw new JournalException(
                JournalException.Cause.CONFLICT, "the journal of " + id + " is ahead", null);
          }
          yield new Decided(new Outcome.Done(repeated.sequence(), repeated.atMicros(), true), null);
        }
        case Decision.Refused<?> refused -> Decided.refused(refused.refusal());
      };
    } catch (RuntimeException e) {
      return Decided.refused(internal(id, e));
    }
  }

  private static Refusal internal(TopicId id, RuntimeException e) {
    LOG.log(System.Logger.Level.ERROR, "rules or codec failed in " + id, e);
    return Reason.INTERNAL.because("the request could not be decided");
  }

  /// Commits what was decided, if anything was.
  private void commit(List<Request> decided) throws JournalException {
    List<Append> appends = new ArrayList<>();
    for (LiveTopic<?, ?, ?> topic : topics.values()) {
      Append append = topic.append();
      if (append != null) {
        appends.add(append);
      }
    }
    Map<String, Profile> profiles = new LinkedHashMap<>();
    for (Request request : decided) {
      if (request instanceof Request.Save save) {
        profiles.put(save.profile().id(), save.profile());
      }
    }
    if (appends.isEmpty() && profiles.isEmpty()) {
      return;
    }
    try {
      journal.commit(appends, List.copyOf(profiles.values()));
    } catch (RuntimeException e) {
      throw new JournalException(JournalException.Cause.BROKEN, "commit failed unexpectedly", e);
    }
    erasedSome = appends.stream().anyMatch(Append::erased);
    journaled = appends.stream().mapToInt(append -> append.drafts().size()).sum();
  }

  private void rollBack() {
    topics.values().forEach(LiveTopic::rollBack);
  }

  private void publish() {
    for (LiveTopic<?, ?, ?> topic : topics.values()) {
      outlets.addAll(topic.listeners.outlets());
      topic.committed();
    }
  }

  /// Carries out what concerns streams, and answers, in the order of the queue: so that who enters
  /// and is removed in one batch is out, and who is removed and enters again is in.
  private void answer(List<Decided> decided, BatchFacts facts) {
    long nowNanos = clock.nanos();
    for (Decided one : decided) {
      Request request = requests.get(answered);
      Runnable answer = carryOut(request, one, facts, nowNanos);
      answered++;
      try {
        answer.run();
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "an answer was not taken", e);
      }
    }
    for (LiveTopic<?, ?, ?> topic : topics.values()) {
      topic.listeners.tellPresence(nowNanos, clock.epochMicros());
    }
  }

  private void tell(Request request, Decision.@Nullable Accepted<?> accepted) {
    TopicId id = topicOf(request);
    if (accepted != null && id != null) {
      Listeners listeners = live(id).listeners;
      accepted.signals().forEach(listeners::tell);
      accepted.evicted().forEach(listeners::evict);
      if (accepted.guestsEvicted() != null) {
        listeners.evictGuests(accepted.guestsEvicted());
      }
    }
  }

  /// Carries out what waited for the commit, and returns the answer.
  private Runnable carryOut(Request request, Decided decided, BatchFacts facts, long nowNanos) {
    try {
      tell(request, decided.accepted());
      return answer(request, decided.outcome(), facts, nowNanos);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "a request was decided, but not carried out", e);
      return () -> request.refuse(Reason.INTERNAL.because("it was not carried out to its end"));
    }
  }

  private Runnable answer(Request request, Outcome outcome, BatchFacts facts, long nowNanos) {
    LiveTopic<?, ?, ?> topic = topics.get(topicOf(request));
    switch (request) {
      case Request.Command command -> {
        return () -> command.answer().accept(outcome);
      }
      case Request.Attach attach -> {
        Attachment attachment = attach(attach, outcome, facts);
        return () -> attach.answer().accept(attachment);
      }
      case Request.WhoIsHere who -> {
        Request.Here here = here(who, topic);
        return () -> who.answer().accept(here);
      }
      case Request.HowMany many -> {
        Map<TopicId, Integer> online =
            living(many.topics()).stream()
                .collect(Collectors.toMap(each -> each.id, each -> each.listeners.online()));
        return () -> many.answer().accept(online);
      }
      case Request.Detach detach -> {
        if (topic != null) {
          topic.listeners.remove(detach.subscription(), detach.departure(), nowNanos);
        }
      }
      case Request.SetStatus set -> {
        living(set.topics()).forEach(each -> each.listeners.status(set.user(), set.status()));
        return set.done();
      }
      case Request.Save _ -> {}
    }
    return () -> {};
  }

  private List<LiveTopic<?, ?, ?>> living(List<TopicId> ids) {
    List<LiveTopic<?, ?, ?>> living = new ArrayList<>();
    for (TopicId id : ids) {
      LiveTopic<?, ?, ?> topic = topics.get(id);
      if (topic != null) {
        living.add(topic);
      }
    }
    return living;
  }

  private static Request.Here here(Request.WhoIsHere who, @Nullable LiveTopic<?, ?, ?> topic) {
    return topic == null
        ? new Request.Here(0, List.of())
        : new Request.Here(
            topic.listeners.online(), topic.listeners.page(who.after(), who.limit()));
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
      case Request.WhoIsHere who -> who.topic();
      case Request.SetStatus _, Request.HowMany _, Request.Save _ -> null;
    };
  }

  private static @Nullable Object commandOf(Request request) {
    return switch (request) {
      case Request.Command command -> command.command();
      case Request.Attach attach -> attach.command();
      case Request.Detach _,
          Request.SetStatus _,
          Request.WhoIsHere _,
          Request.HowMany _,
          Request.Save _ ->
          null;
    };
  }
}
