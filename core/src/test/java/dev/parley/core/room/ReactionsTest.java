package dev.parley.core.room;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

final class ReactionsTest {
  record Change(String emoji, String user, boolean remove) {}

  @Provide
  Arbitrary<List<Change>> changes() {
    Arbitrary<Change> change =
        Combinators.combine(
                Arbitraries.of("👍", "🎉", ":x:"),
                Arbitraries.of("a", "b", "c"),
                Arbitraries.of(true, false))
            .as(Change::new);
    return change.list().ofMaxSize(40);
  }

  @Property(tries = 300)
  void reactionsAreAnOrderedMapOfOrderedSets(@ForAll("changes") List<Change> changes) {
    Map<String, Set<String>> model = new LinkedHashMap<>();
    List<Message.Reaction> reactions = List.of();
    for (Change change : changes) {
      if (change.remove()) {
        model.getOrDefault(change.emoji(), new LinkedHashSet<>()).remove(change.user());
        model.values().removeIf(Set::isEmpty);
        reactions = Reactions.without(reactions, change.emoji(), change.user());
      } else {
        model.computeIfAbsent(change.emoji(), _ -> new LinkedHashSet<>()).add(change.user());
        reactions = Reactions.with(reactions, change.emoji(), change.user());
      }
      List<Message.Reaction> expected = new ArrayList<>();
      model.forEach(
          (emoji, users) -> expected.add(new Message.Reaction(emoji, List.copyOf(users))));
      assertThat(reactions).isEqualTo(expected);
      assertThat(Reactions.count(reactions))
          .isEqualTo(model.values().stream().mapToInt(Set::size).sum());
    }
  }
}
