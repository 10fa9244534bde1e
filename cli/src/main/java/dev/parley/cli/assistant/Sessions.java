package dev.parley.cli.assistant;

import dev.parley.assistant.v1.CreateSessionRequest;
import dev.parley.assistant.v1.CreateSessionResponse;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.SessionSummary;
import dev.parley.assistant.v1.UpdateSessionRequest;
import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.output.PlainText;
import dev.parley.client.ParleyException;
import java.util.List;

/// Makes sessions, finds them and changes between them. Belongs to the command's thread, but for
/// what can be completed.
///
/// One that was made here and in which nothing was said is deleted when it is left.
final class Sessions {
  private final Conversation conversation;
  private String made = "";
  private volatile List<SessionSummary> listed = List.of();
  private volatile List<String> models = List.of();

  Sessions(Conversation conversation) {
    this.conversation = conversation;
  }

  // For completion; any thread.

  /// Sessions as they were listed last.
  List<SessionSummary> listed() {
    return listed;
  }

  /// Models that are known.
  List<String> models() {
    return models;
  }

  void models(List<String> known) {
    models = List.copyOf(known);
  }

  // The present one.

  /// The id of the present session; empty: there is none.
  String presentOrNone() throws InterruptedException {
    return conversation.get(() -> conversation.talk().session().getId());
  }

  /// The id of the present session, which is made if there is none.
  String present() throws InterruptedException {
    String present = presentOrNone();
    if (!present.isEmpty()) {
      return present;
    }
    make(model());
    return presentOrNone();
  }

  /// The model of the present session, else of the one before; empty: there was none.
  String model() throws InterruptedException {
    return conversation.get(conversation.talk()::model);
  }

  // Others.

  /// All sessions, those made last first.
  List<SessionSummary> list() {
    listed = List.copyOf(conversation.client().sessions());
    return listed;
  }

  /// Makes a session and enters it.
  ///
  /// @param model empty: the server's default
  void make(String model) throws InterruptedException {
    make(CreateSessionRequest.newBuilder().setModelId(model));
  }

  /// The same, described in more detail.
  void make(CreateSessionRequest.Builder wanted) throws InterruptedException {
    CreateSessionResponse created = conversation.client().create(wanted.build());
    enter(
        created.getSessionId(),
        "new session %s with %s"
            .formatted(Words.id(created.getSessionId()), PlainText.line(created.getModel())));
    made = created.getSessionId();
    conversation.run(conversation.figures()::made);
  }

  /// Makes a session with what was said before a turn, and enters it.
  ///
  /// @param before the turn's sequence; 0: with all that has its answer
  void fork(long before) throws InterruptedException {
    String source = present();
    CreateSessionResponse created =
        conversation
            .client()
            .create(
                CreateSessionRequest.newBuilder()
                    .setForkSessionId(source)
                    .setForkBeforeSequence(before)
                    .build());
    enter(
        created.getSessionId(),
        "session %s, forked of %s, which stays as it is"
            .formatted(Words.id(created.getSessionId()), Words.id(source)));
    conversation.run(conversation.figures()::made);
  }

  /// Goes on with another session.
  ///
  /// @param typed which; empty: the newest other
  void resume(String typed) throws InterruptedException {
    String id = typed.isEmpty() ? newestOther() : find(typed);
    enter(id, "—— session " + Words.id(id) + " ——");
  }

  /// The same, changed before that.
  ///
  /// @param change empty fields are left as they are
  void resume(String typed, UpdateSessionRequest.Builder change) throws InterruptedException {
    String id = find(typed);
    if (change.hasModelId() || change.hasSystemPrompt()) {
      conversation.client().update(change.setSessionId(id).build());
    }
    resume(id);
  }

  private String newestOther() throws InterruptedException {
    String present = presentOrNone();
    return list().stream()
        .map(SessionSummary::getSessionId)
        .filter(id -> !id.equals(present))
        .findFirst()
        .orElseThrow(() -> CommandFailure.failed("there is no other session"));
  }

  /// Deletes a session.
  ///
  /// @param typed which; empty: the present one
  void delete(String typed) throws InterruptedException {
    String present = presentOrNone();
    if (typed.isEmpty() && present.isEmpty()) {
      throw CommandFailure.failed("there is no session to delete");
    }
    String id = typed.isEmpty() ? present : find(typed);
    conversation.client().delete(id);
    if (id.equals(present)) {
      conversation.client().unwatch(id);
      conversation.run(conversation.talk()::deleted);
    }
    note(
        "session %s is deleted%s"
            .formatted(
                Words.id(id),
                id.equals(present) ? "; say something for a new one, or /resume another" : ""));
  }

  /// Leaves the present session.
  void leave() throws InterruptedException {
    String present = presentOrNone();
    if (present.isEmpty()) {
      return;
    }
    conversation.client().unwatch(present);
    boolean unused =
        present.equals(made)
            && conversation.get(
                () -> conversation.talk().lastTurn() == 0 && conversation.talk().isQuiet());
    conversation.run(conversation.talk()::leave);
    if (unused) {
      try {
        conversation.client().delete(present);
      } catch (ParleyException _) {
        // Then it stays, empty.
      }
    }
  }

  /// @param words that tell of it, after the end of what is left
  private void enter(String id, String words) throws InterruptedException {
    GetTranscriptResponse transcript = Transcripts.of(conversation.client(), id, false, false);
    leave();
    note(words);
    conversation.run(() -> conversation.talk().enter(transcript));
    conversation.follow(
        "cannot be watched",
        "",
        conversation.client().watch(id, transcript.getLastSequence(), transcript.getEpoch()));
  }

  /// The id of the session that is meant: by a number of the list that was shown last, or by an id,
  /// of which the end will do.
  private String find(String typed) {
    List<SessionSummary> before = listed;
    if (typed.matches("\\d{1,6}")) {
      List<SessionSummary> shown = before.isEmpty() ? list() : before;
      int number = Integer.parseInt(typed);
      if (number >= 1 && number <= shown.size()) {
        return shown.get(number - 1).getSessionId();
      }
    }
    List<String> fitting =
        conversation.client().sessions().stream()
            .map(SessionSummary::getSessionId)
            .filter(id -> id.equals(typed) || id.endsWith(typed))
            .toList();
    if (fitting.size() != 1) {
      throw CommandFailure.failed(
          "%s: %s of your sessions has this id (expected: one; /sessions lists them)"
              .formatted(PlainText.line(typed), fitting.isEmpty() ? "none" : "more than one"));
    }
    return fitting.getFirst();
  }

  private void note(String words) throws InterruptedException {
    conversation.run(() -> conversation.talk().note(words));
  }
}
