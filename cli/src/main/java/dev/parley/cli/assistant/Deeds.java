package dev.parley.cli.assistant;

import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.ListSessionsResponse;
import dev.parley.assistant.v1.SearchSessionsRequest;
import dev.parley.assistant.v1.SearchSessionsResponse;
import dev.parley.assistant.v1.ServerStatsResponse;
import dev.parley.assistant.v1.SessionInfoResponse;
import dev.parley.assistant.v1.SessionMatch;
import dev.parley.assistant.v1.SessionSummary;
import dev.parley.assistant.v1.UpdateSessionRequest;
import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.Failures;
import dev.parley.cli.output.Counts;
import dev.parley.cli.output.PlainText;
import dev.parley.client.ParleyException;
import dev.parley.model.v1.ListModelsResponse;
import dev.parley.model.v1.Provider;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Does what the user says. Belongs to the command's thread, which waits for what it asks of the
/// server; what is said to the model it does not wait for.
final class Deeds {
  private static final int MAX_FOUND = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Conversation conversation;
  private final Sessions sessions;

  Deeds(Conversation conversation, Sessions sessions) {
    this.conversation = conversation;
    this.sessions = sessions;
  }

  /// Does it, or begins to; tells if it cannot be done.
  ///
  /// @return false: the user wants to end
  boolean perform(Input input) throws InterruptedException {
    try {
      switch (input) {
        case Input.Nothing _ -> {}
        case Input.Say say -> say(say.text());
        case Input.Wrong wrong -> failed(wrong.words());
        case Input.Command command -> {
          return perform(command.word(), command.rest());
        }
      }
    } catch (ParleyException | CommandFailure failure) {
      failed(Failures.words(failure));
    }
    return true;
  }

  private boolean perform(CommandWord word, String rest) throws InterruptedException {
    switch (word) {
      case HELP -> help(rest);
      case NEW -> sessions.make(rest.isEmpty() ? sessions.model() : rest);
      case SESSIONS -> list();
      case RESUME -> sessions.resume(rest);
      case INFO -> info();
      case MODEL -> model(rest);
      case SYSTEM -> system(rest);
      case RENAME -> update(UpdateSessionRequest.newBuilder().setTitle(rest));
      case STOP -> stop();
      case RETRY -> retry();
      case EDIT -> edit(rest);
      case FORK -> fork(rest);
      case SEARCH -> search(rest);
      case EXPORT -> export(rest);
      case DELETE -> sessions.delete(rest);
      case STATS -> stats();
      case SERVER -> {
        ServerStatsResponse stats = conversation.client().stats();
        run(() -> conversation.view().told(stats, Words.server(stats)));
      }
      case HEALTH -> health();
      case PING -> ping();
      case CONNECT -> connect();
      case DISCONNECT -> {
        conversation.client().disconnect();
        run(() -> conversation.talk().connection("disconnected; /connect", false));
        note("disconnected; what is under way goes on at the server, /connect brings it");
      }
      case CLEAR -> run(conversation.view()::clear);
      case QUIT -> {
        return false;
      }
    }
    return true;
  }

  // What is said.

  private void say(String text) throws InterruptedException {
    String session = sessions.present();
    conversation.follow(
        "not said", Words.shortly(text), session, conversation.client().ask(session, text));
    run(conversation.figures()::said);
    if (!conversation.get(conversation.talk()::isConnected)) {
      note("⧖ " + text + "\n(goes out with the next connection)");
    }
  }

  private void stop() throws InterruptedException {
    if (!conversation.stop()) {
      note("no answer is under way");
    }
  }

  private void retry() throws InterruptedException {
    String session = sessions.present();
    long turn = conversation.get(conversation.talk()::lastTurn);
    if (turn == 0) {
      failed("nothing was said in this session yet");
      return;
    }
    if (conversation.get(conversation.talk()::isLastWaiting)) {
      failed(
          "turn %d has no answer yet (expected: wait for it)"
              .formatted(conversation.get(conversation.talk()::turns)));
      return;
    }
    boolean _ = conversation.stop();
    if (!conversation.awaitEnd(PATIENCE)) {
      failed("not asked again: the answer has no end within " + PATIENCE.toSeconds() + " s");
      return;
    }
    conversation.follow(
        "not asked again", session, conversation.client().regenerate(session, turn));
  }

  private void edit(String rest) throws InterruptedException {
    String[] words = rest.split("\\s+", 2);
    if (words.length < 2) {
      failed("expected: " + CommandWord.EDIT.usage());
      return;
    }
    long before = sequence(words[0]);
    if (before > 0) {
      sessions.fork(before);
      say(words[1]);
    }
  }

  private void fork(String rest) throws InterruptedException {
    long before = rest.isEmpty() ? 0 : sequence(rest);
    if (before >= 0) {
      sessions.fork(before);
    }
  }

  /// The place of the turn that is spoken of; -1: there is none, which was told.
  private long sequence(String typed) throws InterruptedException {
    GetTranscriptResponse transcript =
        Transcripts.of(conversation.client(), sessions.present(), false, false);
    int count = transcript.getTurnsCount();
    int number = typed.equalsIgnoreCase("last") ? count : number(typed);
    if (number < 1 || number > count) {
      failed(
          "%s: there is no such turn (expected: %s, or last)"
              .formatted(
                  PlainText.line(typed), count == 0 ? "one that was said" : "1 to " + count));
      return -1;
    }
    return transcript.getTurns(number - 1).getSequence();
  }

  private static int number(String typed) {
    try {
      return Integer.parseInt(typed.startsWith("#") ? typed.substring(1) : typed);
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  // The session.

  private void list() throws InterruptedException {
    List<SessionSummary> all = sessions.list();
    String present = sessions.presentOrNone();
    ListSessionsResponse message =
        ListSessionsResponse.newBuilder().addAllSessions(all).setActiveSessions(all.size()).build();
    run(
        () -> {
          if (all.isEmpty()) {
            conversation.talk().note("you have no sessions");
          }
          conversation
              .view()
              .told(message, all.isEmpty() ? List.of() : Words.sessions(all, present));
        });
  }

  private void info() throws InterruptedException {
    SessionInfoResponse info = conversation.client().info(sessions.present());
    run(() -> conversation.view().told(info, Words.info(info)));
  }

  private void model(String wanted) throws InterruptedException {
    if (!wanted.isEmpty()) {
      update(UpdateSessionRequest.newBuilder().setModelId(wanted));
      return;
    }
    List<Provider> providers = conversation.client().providers();
    ListModelsResponse message = ListModelsResponse.newBuilder().addAllProviders(providers).build();
    List<String> lines = new ArrayList<>();
    for (Provider provider : providers) {
      provider.getModelsList().forEach(model -> lines.add(provider.getName() + "/" + model));
      if (provider.getModelsCount() == 0) {
        lines.add(provider.getName() + "/…"); // it does not list them, or cannot
      }
    }
    sessions.models(lines);
    lines.add("this session's: " + PlainText.line(sessions.model()));
    run(() -> conversation.view().told(message, lines));
  }

  private void system(String text) throws InterruptedException {
    if (!text.isEmpty()) {
      update(UpdateSessionRequest.newBuilder().setSystemPrompt(text.equals("-") ? "" : text));
      return;
    }
    // asked for: what was just set may not have been told yet
    String present = conversation.client().info(sessions.present()).getSession().getSystemPrompt();
    note(present.isEmpty() ? "the model has no instructions" : present);
  }

  private void update(UpdateSessionRequest.Builder change) throws InterruptedException {
    conversation.client().update(change.setSessionId(sessions.present()).build());
  }

  private void search(String words) throws InterruptedException {
    SearchSessionsRequest request =
        SearchSessionsRequest.newBuilder().setQuery(words).setPageSize(MAX_FOUND).build();
    SearchSessionsResponse found = conversation.client().search(request);
    List<String> lines = new ArrayList<>();
    for (SessionMatch match : found.getMatchesList()) {
      String title = PlainText.line(match.getTitle());
      lines.add(
          "%s%s · %s: %s"
              .formatted(
                  Words.id(match.getSessionId()),
                  title.isEmpty() ? "" : " “" + title + "”",
                  match.getModel().isEmpty() ? "you" : PlainText.line(match.getModel()),
                  PlainText.line(match.getExcerpt())));
    }
    run(
        () -> {
          if (lines.isEmpty()) {
            conversation.talk().note("nothing found");
          }
          conversation.view().told(found, lines);
        });
  }

  private void export(String file) throws InterruptedException {
    boolean json = file.toLowerCase(Locale.ROOT).endsWith(".json");
    GetTranscriptResponse all =
        Transcripts.of(conversation.client(), sessions.present(), !json, json);
    if (file.isEmpty()) {
      run(() -> conversation.view().told(all, all.getMarkdown().lines().toList()));
      return;
    }
    try {
      String text = json ? array(all.getJson()) : all.getMarkdown();
      Files.writeString(Path.of(file), text, StandardOpenOption.CREATE_NEW);
      note("%s written to %s".formatted(Counts.of(all.getTurnsCount(), "turn"), file));
    } catch (FileAlreadyExistsException _) {
      failed(file + ": is there already, and not written over");
    } catch (NoSuchFileException _) {
      Path directory = Path.of(file).getParent();
      failed((directory == null ? "." : directory) + ": there is no such directory");
    } catch (IOException | InvalidPathException failure) {
      failed(Failures.words(failure));
    }
  }

  private static String array(String objects) {
    return objects.lines().collect(Collectors.joining(",\n", "[\n", "\n]\n"));
  }

  // The program and the server.

  private void help(String rest) throws InterruptedException {
    if (rest.isEmpty()) {
      StringBuilder text = new StringBuilder();
      Stream.of(CommandWord.values()).forEach(word -> text.append(word.help()).append('\n'));
      note(
          text
              + """

              Whatever does not begin with / is said to the model; // says a line that begins with
              /. NUMBER is what stands before a turn of yours; SESSION an id as it is shown, or a
              number of /sessions. What is said while an answer comes waits for its turn. Ctrl-C
              stops the answer, Ctrl-D ends. Tab completes, the up arrow brings back what you
              typed.\
              """);
      return;
    }
    String typed = rest.startsWith("/") ? rest : "/" + rest;
    CommandWord word = CommandWord.of(typed);
    if (word == null) {
      failed(Input.unknown(typed).words());
    } else {
      note(word.help());
    }
  }

  private void stats() throws InterruptedException {
    run(
        () ->
            conversation
                .talk()
                .note(
                    String.join(
                        "\n",
                        conversation
                            .figures()
                            .lines(System.nanoTime(), conversation.talk().connection()))));
  }

  private void health() throws InterruptedException {
    if (conversation.client().isServing()) {
      note("the server is well");
    } else {
      failed("the server says that it is not well (NOT_SERVING)");
    }
  }

  private void ping() throws InterruptedException {
    try {
      Duration took = conversation.client().ping().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      note(String.format(Locale.ROOT, "pong after %.1f ms", took.toNanos() / 1e6));
    } catch (ExecutionException failure) {
      failed(Failures.words(failure));
    } catch (TimeoutException _) {
      failed("no pong within " + PATIENCE.toSeconds() + " s");
    }
  }

  private void connect() throws InterruptedException {
    try {
      conversation.client().connect().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      note("connected");
    } catch (ExecutionException failure) {
      failed(Failures.words(failure));
    } catch (TimeoutException _) {
      failed("no connection within %d s; trying on".formatted(PATIENCE.toSeconds()));
    }
  }

  private void failed(String words) throws InterruptedException {
    run(() -> conversation.talk().failed(words));
  }

  private void note(String words) throws InterruptedException {
    run(() -> conversation.talk().note(words));
  }

  private void run(Runnable task) throws InterruptedException {
    conversation.run(task);
  }
}
