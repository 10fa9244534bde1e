package dev.parley.storage.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.core.topic.Amendment;
import dev.parley.core.topic.Append;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Found;
import dev.parley.core.topic.Journal;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.Role;
import dev.parley.core.topic.SearchWords;
import dev.parley.core.topic.Snapshot;
import dev.parley.core.topic.TopicHead;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import dev.parley.testkit.topic.MemoryJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/// Whatever is done to the store, it answers every question as the journal in memory does.
final class JournalModelTest {
  private static final List<TopicId> TOPICS =
      List.of(new TopicId("room", "a"), new TopicId("room", "b"));
  private static final List<String> USERS = List.of("Aa", "BB", "--");
  private static final List<String> KEYS = List.of("k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8");
  private static final List<String> WORDS = List.of("Éa", "ea", "eab", "b2", "b", "the");
  private static final List<String> QUERIES =
      List.of("ea", "EAB", "b", "b*", "\"the b\"", "ea the", "zz");

  /// One thing to do.
  sealed interface Step {
    /// Appends to several topics.
    ///
    /// @param lag how far the expected end is off, mostly not at all
    record Commit(int lag, List<TopicChange> changes, List<Profile> profiles) implements Step {
      List<Append> appends(MemoryJournal model) {
        return changes.stream()
            .map(change -> change.append(model.head(TOPICS.get(change.topic())), lag))
            .toList();
      }
    }

    record Reap(int entries) implements Step {}

    record Reopen() implements Step {}

    /// Asks everything, which only then has to be where readers find it.
    record Ask() implements Step {}
  }

  /// An append whose expected end is not known yet. Sequences to amend are taken modulo its end.
  record TopicChange(
      int topic,
      List<Draft> drafts,
      List<Amendment> amendments,
      List<MemberChange> members,
      Snapshot snapshot,
      Boolean listed,
      boolean erased) {
    Append append(TopicHead head, int lag) {
      long last = head == null ? 0 : head.lastSequence();
      long end = Math.max(1, last + drafts.size());
      List<Amendment> inRange =
          amendments.stream()
              .map(a -> new Amendment(1 + a.sequence() % end, a.body(), a.rewords(), a.text()))
              .toList();
      return new Append(
          TOPICS.get(topic), last - lag, drafts, inRange, members, snapshot, listed, erased);
    }
  }

  @Property(tries = 50)
  void storeAnswersAsTheModelDoes(@ForAll("scripts") List<Step> script) throws Exception {
    Path directory = Files.createTempDirectory("parley-model-");
    SqliteStore store = open(directory);
    try {
      MemoryJournal model = new MemoryJournal(store.journal().epoch());
      for (Step step : script) {
        switch (step) {
          case Step.Commit commit ->
              assertThat(outcome(store.journal(), commit.appends(model), commit.profiles()))
                  .isEqualTo(outcome(model, commit.appends(model), commit.profiles()));
          case Step.Reap reap -> store.journal().reap(reap.entries());
          case Step.Reopen() -> {
            store.close();
            store = open(directory);
          }
          case Step.Ask() ->
              assertThat(answers(store.journal(), store.reader())).isEqualTo(answers(model, model));
        }
        assertThat(found(store.journal())).isEqualTo(found(model));
      }
      assertThat(answers(store.journal(), store.reader())).isEqualTo(answers(model, model));
      assertThat(SqliteStore.check(directory)).isEmpty();
    } finally {
      store.close();
      DataFiles.deleteTree(directory);
    }
  }

  private static SqliteStore open(Path directory) throws StorageOpenException {
    return SqliteStore.open(
        directory, Durability.OS, StorageLimits.DEFAULTS.withFreshChars(5 * 256));
  }

  private static String outcome(Journal journal, List<Append> appends, List<Profile> profiles) {
    try {
      journal.commit(appends, profiles);
      return "committed";
    } catch (JournalException e) {
      return e.kind().toString();
    }
  }

  /// What the writer finds, which is nothing that has to be carried anywhere for it.
  private static Map<String, String> found(Journal journal) throws JournalException {
    Map<String, String> answers = new TreeMap<>();
    List<Lookup> lookups = new ArrayList<>();
    for (TopicId topic : TOPICS) {
      for (String user : USERS) {
        lookups.add(new Lookup.OfMember(topic, user));
        KEYS.forEach(key -> lookups.add(new Lookup.ByKey(topic, user, key)));
      }
      KEYS.forEach(key -> lookups.add(new Lookup.ByAnyKey(topic, key)));
      for (int sequence = 1; sequence < 40; sequence++) {
        lookups.add(new Lookup.At(topic, sequence));
      }
    }
    Found found = journal.find(lookups);
    found.entries().forEach((of, entry) -> answers.put("" + of, describe(List.of(entry))));
    found.members().forEach((of, member) -> answers.put("" + of, "" + member));
    return answers;
  }

  /// What goes into the log comes out of it.
  @Property(tries = 50)
  void commitsAreReadAsTheyWereWritten(@ForAll("scripts") List<Step> script) throws Exception {
    for (Step step : script) {
      if (step instanceof Step.Commit commit) {
        byte[] bytes = CommitCodec.encode(commit.appends(new MemoryJournal()), commit.profiles());
        Commit read = CommitCodec.decode(7, bytes);
        assertThat(read.number()).isEqualTo(7);
        assertThat(CommitCodec.encode(read.appends(), read.profiles())).isEqualTo(bytes);
        assertThat(read.profiles()).isEqualTo(commit.profiles());
        for (byte[] damaged :
            List.of(Arrays.copyOf(bytes, bytes.length - 1), Arrays.copyOf(bytes, 999_999))) {
          assertThatThrownBy(() -> CommitCodec.decode(7, damaged)).isInstanceOf(IOException.class);
        }
      }
    }
  }

  /// Everything that can be asked, and the answers.
  private static Map<String, String> answers(Journal journal, JournalReader reader)
      throws JournalException {
    Map<String, String> answers = new TreeMap<>();
    for (TopicId topic : TOPICS) {
      ask(answers, topic, journal, reader);
    }
    for (String user : USERS) {
      List<String> found = new ArrayList<>();
      for (boolean joined : new boolean[] {true, false}) {
        for (JournalReader.Listing listing : reader.topics("room", user, joined, "", 9)) {
          found.add(describe(listing));
        }
        found.add("after a: " + reader.topics("room", user, joined, "a", 1).size());
      }
      answers.put("topics of " + user, found.toString());
    }
    answers.put("profiles", new TreeMap<>(reader.profiles(USERS)).toString());
    return answers;
  }

  private static void ask(
      Map<String, String> answers, TopicId topic, Journal journal, JournalReader reader)
      throws JournalException {
    answers.put(topic + " head", describe(journal.head(topic)));
    answers.put(topic + " reader's head", describe(reader.head(topic)));
    answers.put(topic + " read", describe(journal.read(topic, 0, 99, 9_999)));
    answers.put(topic + " read on", describe(reader.read(topic, 1, 4, 2, 20)));
    answers.put(topic + " said", describe(reader.page(topic, 0, 99, null, 3, 40)));
    answers.put(topic + " said after", describe(reader.page(topic, 2, 9, null, 3, 999)));
    answers.put(topic + " answers", describe(reader.page(topic, 0, 99, "k1", 3, 999)));
    answers.put(topic + " newest", String.valueOf(reader.oldestOf(3, topic, 99, null)));
    answers.put(topic + " newest answers", String.valueOf(reader.oldestOf(2, topic, 9, "k1")));
    answers.put(topic + " members", reader.members(topic, "--", 2).toString());
    for (String user : USERS) {
      answers.put(topic + " for " + user, describe(reader.topic(topic, user)));
      var member = new Lookup.OfMember(topic, user);
      answers.put("" + member, journal.find(List.of(member)).members().toString());
      for (String key : KEYS) {
        find(answers, new Lookup.ByKey(topic, user, key), journal, reader);
      }
    }
    for (String key : KEYS) {
      find(answers, new Lookup.ByAnyKey(topic, key), journal, reader);
    }
    find(answers, new Lookup.At(topic, 2), journal, reader);
    for (String query : QUERIES) {
      SearchWords words = SearchWords.parse(query);
      answers.put(topic + " '" + query, describe(reader.search(topic, words, null, 99, 9)));
      answers.put(topic + " Aa '" + query, describe(reader.search(topic, words, "Aa", 5, 2)));
    }
  }

  private static void find(
      Map<String, String> answers, Lookup.OfEntry lookup, Journal journal, JournalReader reader)
      throws JournalException {
    for (var found : List.of(journal.find(List.of(lookup)), reader.find(List.of(lookup)))) {
      answers.put(lookup.toString(), describe(List.copyOf(found.entries().values())));
    }
  }

  private static String describe(List<Entry> entries) {
    return entries.stream()
        .map(
            e ->
                "%d %d %s %s %d %s"
                    .formatted(
                        e.sequence(),
                        e.type(),
                        e.author(),
                        e.key(),
                        e.atMicros(),
                        new String(e.body(), UTF_8)))
        .toList()
        .toString();
  }

  private static String describe(TopicHead head) {
    return head == null
        ? "none"
        : "%s ends %d, snapshot %d %s, created %d, erased %s"
            .formatted(
                head.topic(),
                head.lastSequence(),
                head.snapshot().sequence(),
                new String(head.snapshot().state(), UTF_8),
                head.createdAtMicros(),
                head.erased());
  }

  private static String describe(JournalReader.Listing listing) {
    return listing == null
        ? "none"
        : "%s, %d members, %s, %d unread"
            .formatted(
                describe(listing.head()),
                listing.members(),
                listing.membership(),
                listing.unread());
  }

  @Provide
  Arbitrary<List<Step>> scripts() {
    Arbitrary<Integer> lags =
        Arbitraries.frequency(Tuple.of(12, 0), Tuple.of(1, 1), Tuple.of(1, -1));
    Arbitrary<Step> commits =
        Combinators.combine(
                lags,
                changes().list().uniqueElements(TopicChange::topic).ofMaxSize(2),
                profiles().list().ofMaxSize(2))
            .as(Step.Commit::new);
    return Arbitraries.frequencyOf(
            Tuple.of(12, commits),
            Tuple.of(2, Arbitraries.integers().between(1, 4).map(n -> (Step) new Step.Reap(n))),
            Tuple.of(2, Arbitraries.just((Step) new Step.Ask())),
            Tuple.of(1, Arbitraries.just((Step) new Step.Reopen())))
        .list()
        .ofMinSize(1)
        .ofMaxSize(12);
  }

  private static Arbitrary<TopicChange> changes() {
    Arbitrary<Snapshot> snapshots =
        Arbitraries.integers()
            .between(0, 9)
            .map(n -> new Snapshot(n, ("state" + n).getBytes(UTF_8)));
    return Combinators.combine(
            Arbitraries.integers().between(0, TOPICS.size() - 1),
            drafts().list().ofMaxSize(3),
            amendments().list().ofMaxSize(1),
            members().list().ofMaxSize(6),
            snapshots.injectNull(0.8),
            Arbitraries.of(true, false).injectNull(0.7),
            Arbitraries.of(0, 0, 0, 0, 0, 0, 0, 1).map(n -> n == 1))
        .as(TopicChange::new);
  }

  private static Arbitrary<String> texts() {
    return Arbitraries.of(WORDS)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .map(words -> String.join(" ", words));
  }

  private static Arbitrary<Draft> drafts() {
    return Combinators.combine(
            Arbitraries.of(true, true, false),
            Arbitraries.of(USERS),
            Arbitraries.of(KEYS).injectNull(0.7),
            Arbitraries.of("k1", "k2").injectNull(0.5),
            Arbitraries.integers().between(1, 99),
            texts(),
            texts().injectNull(0.2))
        .as(
            (content, author, key, parent, at, body, text) ->
                new Draft(
                    content ? 1 : 2, content, author, key, parent, at, body.getBytes(UTF_8), text));
  }

  private static Arbitrary<Amendment> amendments() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 20),
            texts(),
            Arbitraries.of(true, true, false),
            texts().injectNull(0.3))
        .as(
            (sequence, body, rewords, text) ->
                new Amendment(sequence, body.getBytes(UTF_8), rewords, rewords ? text : null));
  }

  private static Arbitrary<MemberChange> members() {
    Arbitrary<MemberChange> puts =
        Combinators.combine(
                Arbitraries.of(USERS),
                Arbitraries.of(Role.values()),
                Arbitraries.integers().between(1, 99))
            .as(MemberChange.Put::new);
    Arbitrary<MemberChange> removes = Arbitraries.of(USERS).map(MemberChange.Remove::new);
    Arbitrary<MemberChange> reads =
        Combinators.combine(Arbitraries.of(USERS), Arbitraries.integers().between(0, 12))
            .as(MemberChange.Read::new);
    return Arbitraries.oneOf(puts, removes, reads);
  }

  private static Arbitrary<Profile> profiles() {
    return Combinators.combine(Arbitraries.of(USERS), Arbitraries.of("x", "y"))
        .as((user, name) -> new Profile(user, name, name, ""));
  }
}
