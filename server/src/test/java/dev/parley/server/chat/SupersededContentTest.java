package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.Delete;
import dev.parley.chat.v1.Edit;
import dev.parley.chat.v1.MessageContent;
import dev.parley.server.ServerExtension;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What an author took back is nowhere to be read, whichever entry held it.
class SupersededContentTest {
  @RegisterExtension final ServerExtension server = new ServerExtension();

  private NativeStream ann;

  @BeforeEach
  void annSpeaks() {
    ann = NativeStream.joined(server.connect(), "ann");
    ann.said("m1", "first thought");
  }

  @Test
  void anEarlierEditKeepsNoContentOnceThereIsALaterOne() throws Exception {
    long first = ann.done(edit("e1", "second thought")).getSequence();
    long second = ann.done(edit("e2", "third thought")).getSequence();
    for (List<ChatEvent> journal : List.of(journal(), journalAfterARestart())) {
      assertThat(journal.toString())
          .contains("third thought")
          .doesNotContain("first thought", "second thought");
      assertThat(at(journal, first).getMessageEdited().getMessage().hasContent()).isFalse();
      ChatMessage edited = at(journal, second).getMessageEdited().getMessage();
      assertThat(edited.getContent().getText()).isEqualTo("third thought");
      assertThat(edited.getEditSequence()).isEqualTo(second);
    }
  }

  @Test
  void deletingTakesTheContentOfEditsToo() throws Exception {
    ann.done(edit("e1", "second thought"));
    ann.done(edit("e2", "third thought"));
    ann.done(NativeStream.request("d1").setDelete(Delete.newBuilder().setMessageId("m1")));
    for (List<ChatEvent> journal : List.of(journal(), journalAfterARestart())) {
      assertThat(journal.toString()).doesNotContain("thought");
      assertThat(journal).extracting(ChatEvent::getEventCase).endsWith(EventCase.MESSAGE_DELETED);
    }
  }

  @Test
  void editsOfOneCommitSupersedeEachOtherAsWell() throws Exception {
    for (int i = 1; i <= 20; i++) {
      ann.send(edit("e" + i, "thought " + i));
    }
    ann.ack("e20");
    assertThat(journal())
        .filteredOn(event -> event.getMessageEdited().getMessage().hasContent())
        .extracting(event -> event.getMessageEdited().getMessage().getContent().getText())
        .containsExactly("thought 20");
  }

  @Test
  void aSupersededEditIsStillRecognisedWhenItIsSentAgain() throws Exception {
    long first = ann.done(edit("e1", "second thought")).getSequence();
    ann.done(edit("e2", "third thought"));
    assertThat(ann.done(edit("e1", "second thought")))
        .satisfies(
            ack -> {
              assertThat(ack.getDuplicate()).isTrue();
              assertThat(ack.getSequence()).isEqualTo(first);
            });
    assertThat(journal().toString()).contains("third thought").doesNotContain("second thought");
  }

  private static ChatRequest.Builder edit(String id, String text) {
    return NativeStream.request(id)
        .setEdit(Edit.newBuilder().setMessageId("m1"))
        .setContent(MessageContent.newBuilder().setText(text));
  }

  private List<ChatEvent> journalAfterARestart() throws Exception {
    server.stop();
    server.start();
    return journal();
  }

  private List<ChatEvent> journal() {
    NativeStream reader = NativeStream.open(server.connect(), NativeStream.resume("reader", 0, 0));
    reader.await(EventCase.CAUGHT_UP);
    return reader.all().stream().filter(event -> event.getSequence() > 0).toList();
  }

  private static ChatEvent at(List<ChatEvent> journal, long sequence) {
    return journal.stream()
        .filter(event -> event.getSequence() == sequence)
        .findAny()
        .orElseThrow();
  }
}
