package dev.parley.server.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.Limits;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.room.Content;
import dev.parley.core.room.Message;
import dev.parley.core.user.Profile;
import dev.parley.server.config.AssistantSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoomContextTest {
  private static final AssistantSettings HELPER =
      new AssistantSettings("helper", "simulated", "Be brief.", 10, 0);

  private static Message message(String author, @Nullable Content content) {
    Profile profile = new Profile(author, author, author, "");
    return new Message(
        "id", 1, profile, content, Instant.EPOCH, "", List.of(), null, 0, null, List.of());
  }

  private static Message said(String author, String text) {
    return message(author, new Content.Text(text));
  }

  private static List<Prompt.Turn> turns(Message... messages) {
    return RoomContext.of(HELPER, "attic", List.of(messages));
  }

  private static List<String> texts(Prompt.Turn turn) {
    return turn.parts().stream().map(part -> ((Part.Text) part).text()).toList();
  }

  @Test
  void instructionsComeFirstAndTellWhereItIs() {
    Prompt.Turn first = turns(said("ann", "hi")).getFirst();
    assertThat(first.role()).isEqualTo(Role.SYSTEM);
    assertThat(texts(first).getFirst()).contains("helper", "\"attic\"").endsWith("Be brief.");
  }

  @Test
  void speakersAreNamedAndItsOwnWordsAreTheModels() {
    List<Prompt.Turn> turns =
        turns(said("ann", "one"), said("bob", "two"), said("helper", "three"), said("ann", "four"));
    assertThat(turns)
        .extracting(Prompt.Turn::role)
        .containsExactly(Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.USER);
    assertThat(texts(turns.get(1))).containsExactly("ann: one", "bob: two");
    assertThat(texts(turns.get(2))).containsExactly("three");
    assertThat(texts(turns.get(3))).containsExactly("ann: four");
  }

  @Test
  void anAnswerWithoutItsQuestionIsLeftOutAndSoIsWhatWasDeleted() {
    List<Prompt.Turn> turns = turns(said("helper", "x"), message("bob", null), said("ann", "q"));
    assertThat(turns).hasSize(2);
    assertThat(texts(turns.getLast())).containsExactly("ann: q");
  }

  @Test
  void picturesAndFilesAreNamed() {
    List<Prompt.Turn> turns =
        turns(
            message("bob", new Content.Image("https://example.org/a.png", "a cat", 0, 0)),
            message("bob", new Content.File("https://example.org/a", "a.txt", 0, "")),
            said("ann", "q"));
    assertThat(texts(turns.getLast()))
        .containsExactly(
            "bob: [a picture: a cat https://example.org/a.png]",
            "bob: [a file: a.txt https://example.org/a]",
            "ann: q");
  }

  @Test
  void theNewestMessagesAreShownAndNoMoreThanSoMany() {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      messages.add(said("bob", "m" + i));
    }
    messages.add(said("ann", "q"));
    List<String> texts = texts(RoomContext.of(HELPER, "attic", messages).getLast());
    assertThat(texts).hasSize(Limits.MAX_ROOM_CONTEXT_MESSAGES + 1).startsWith("bob: m150");
  }

  @Test
  void bytesAreBoundedAndMessagesAreWholeButTheQuestionIsAlwaysThere() {
    String half = "ä".repeat(Limits.MAX_ROOM_CONTEXT_BYTES / 4);
    List<String> texts =
        texts(
            turns(
                    said("bob", "oldest"),
                    said("bob", half),
                    said("bob", half),
                    said("ann", half + half + half))
                .getLast());
    assertThat(texts).hasSize(3).doesNotContain("bob: oldest");
  }
}
