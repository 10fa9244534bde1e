package dev.parley.server.assistant;

import dev.parley.core.access.Caller;
import dev.parley.core.limit.Limits;
import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.Prompt;
import dev.parley.core.room.Content;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.Outcome;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import dev.parley.models.Ask;
import dev.parley.models.Credential;
import dev.parley.models.Route;
import dev.parley.server.rpc.Ids;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One answer of an assistant on its way from the model into a room.
///
/// While it is written, what there is of it is told now and then, and nothing is journaled; when it
/// ends, in whichever way, it becomes one message. So a crash leaves nothing half done: those who
/// saw it grow forget it with their streams, and the room is told afterwards ([Assistants#begin]).
/// What the room does not take (the assistant was removed, the room is gone) is thrown away.
/// Thread-safe.
public final class RoomAnswer implements Flow.Subscriber<ModelEvent> {
  private static final Logger LOG = LoggerFactory.getLogger(RoomAnswer.class);

  /// How often the message is sent again while storage fails: for two minutes.
  private static final int MAX_TRIES = 240;

  private static final long RETRY_MILLIS = 500;

  /// Longest mark of how an answer ended.
  private static final int MAX_MARK_BYTES = 1_024;

  /// Longest text of an answer, so that with its mark it is a message.
  private static final int MAX_ANSWER_BYTES = Limits.MAX_TEXT_BYTES - MAX_MARK_BYTES - 2;

  /// Bytes of English that are about one token.
  private static final int BYTES_PER_TOKEN = 4;

  private final Assistants.Work work;
  private final Caller self;
  private final String model;
  private final String room;
  private final TopicId topic;
  private final RoomCommand.Say question;
  private final Consumer<RoomAnswer> ended;
  private final String id = Ids.next();

  private final StringBuilder text = new StringBuilder();
  private long bytes;
  private long promptBytes;
  private boolean asked;
  private ModelEvent.Usage usage = ModelEvent.Usage.UNKNOWN;
  private Flow.@Nullable Subscription subscription;
  private boolean changed = true;
  private long toldNanos;
  private long typedNanos;
  private boolean over;
  private int tries;

  /// @param self the assistant
  /// @param model as `PROVIDER/MODEL`
  /// @param ended told once, when there is no more to do
  RoomAnswer(
      Assistants.Work work,
      Caller self,
      String model,
      String room,
      RoomCommand.Say question,
      Consumer<RoomAnswer> ended) {
    this.work = work;
    this.self = self;
    this.model = model;
    this.room = room;
    this.question = question;
    this.ended = ended;
    topic = RoomRules.topic(room);
  }

  /// Id of the message that it is or will be.
  String id() {
    return id;
  }

  String room() {
    return room;
  }

  /// Id of the user who asked.
  public String asker() {
    return question.author().id();
  }

  /// Tokens that it took; where the provider did not say, as many as its length lets expect.
  synchronized long tokens() {
    if (!asked) {
      return 0;
    }
    boolean known = usage.input() >= 0 && usage.output() >= 0;
    return known ? usage.input() + usage.output() : (promptBytes + bytes) / BYTES_PER_TOKEN;
  }

  /// Asks the model, unless it was ended before that.
  void begin(List<Prompt.Turn> turns) {
    synchronized (this) {
      if (over) {
        return;
      }
      turns.forEach(turn -> turn.parts().forEach(part -> promptBytes += bytes(part)));
      typedNanos = work.clock().nanos();
      type(true); // here, so that nothing comes between and says that it types no more
    }
    tell();
    work.executor().execute(() -> ask(turns));
  }

  private static long bytes(Prompt.Part part) {
    return part instanceof Prompt.Part.Text said
        ? said.text().getBytes(StandardCharsets.UTF_8).length
        : 0;
  }

  private void ask(List<Prompt.Turn> turns) {
    try {
      Route route = work.gateway().route(model);
      Ask ask =
          new Ask(
              List.of(route),
              Prompt.of(route.model(), turns),
              Credential.Choice.Any.ANY,
              List.of(work.users().of(asker())),
              false);
      work.gateway().answer(ask, this::asked).subscribe(this);
    } catch (ModelException e) {
      onError(e);
    }
  }

  // From the model.

  private synchronized void asked(Route route) {
    asked = true;
  }

  @Override
  public void onSubscribe(Flow.Subscription open) {
    boolean unwanted;
    synchronized (this) {
      subscription = open;
      unwanted = over;
    }
    if (unwanted) {
      open.cancel();
    } else {
      open.request(Long.MAX_VALUE); // the text is bounded, and nothing else is kept
    }
  }

  @Override
  public void onNext(ModelEvent event) {
    switch (event) {
      case ModelEvent.Text more -> add(more.text());
      case ModelEvent.Refused more -> add(more.text());
      case ModelEvent.Started _, ModelEvent.Reasoning _, ModelEvent.ToolCall _ -> {}
      case ModelEvent.Finished finished -> {
        synchronized (this) {
          usage = finished.usage();
        }
        switch (finished.reason()) {
          case LENGTH -> cutOff("it is as long as the model may answer");
          case CONTENT_FILTER -> cutOff("the provider keeps back the rest");
          case STOP, TOOL_CALLS, REFUSAL, OTHER -> end("", "no answer: the model said nothing");
        }
      }
    }
  }

  private void add(String more) {
    boolean full;
    synchronized (this) {
      if (over) {
        return;
      }
      text.append(more);
      bytes += more.getBytes(StandardCharsets.UTF_8).length;
      changed = true;
      full = bytes > MAX_ANSWER_BYTES;
    }
    if (full) {
      cutOff("it is longer than %d bytes".formatted(MAX_ANSWER_BYTES));
    }
  }

  @Override
  public void onError(Throwable e) {
    if (!(e instanceof ModelException)) {
      LOG.error("room {}: an answer failed", room, e);
    }
    cutOff(e instanceof ModelException ? model + ": " + e.getMessage() : "it failed");
  }

  private void cutOff(String why) {
    end("cut off: " + why, "no answer: " + why);
  }

  @Override
  public void onComplete() {
    cutOff("it ended without saying so");
  }

  // To the room.

  private void type(boolean on) {
    work.engine().submit(topic, new RoomCommand.Type(self, on), _ -> {});
  }

  /// Tells what there is of it, if that is something new, and goes on doing so.
  private void tell() {
    String soFar = null;
    synchronized (this) {
      if (over) {
        return;
      }
      long now = work.clock().nanos();
      long repeat = Limits.GROWING_REPEAT.toNanos();
      if (changed || now - toldNanos >= repeat) {
        soFar = soFar();
        changed = false;
        toldNanos = now;
        if (now - typedNanos >= repeat) {
          typedNanos = now;
          type(true);
        }
      }
    }
    if (soFar == null) {
      tellAfter(Limits.GROWING_INTERVAL);
    } else {
      Duration pause = pause(soFar);
      work.engine()
          .submit(
              topic,
              new RoomCommand.Write(self, id, soFar, question.id(), asker()),
              outcome -> told(outcome, pause));
    }
  }

  /// How long to wait after a telling, so that they take only so many bytes a second.
  static Duration pause(String told) {
    long length = told.getBytes(StandardCharsets.UTF_8).length;
    Duration bySize = Duration.ofMillis(length * 1_000 / Limits.GROWING_BYTES_PER_SECOND);
    return bySize.compareTo(Limits.GROWING_INTERVAL) > 0 ? bySize : Limits.GROWING_INTERVAL;
  }

  private void told(Outcome outcome, Duration pause) {
    if (outcome instanceof Outcome.Refused refused && refused.refusal().retryAfter() == null) {
      LOG.debug("room {}: nobody wants an answer: {}", room, refused.refusal().message());
      work.executor().execute(this::abandon);
    } else {
      tellAfter(pause);
    }
  }

  private void tellAfter(Duration pause) {
    var _ = work.executor().schedule(this::tell, pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// Ends it without a message.
  void abandon() {
    if (close()) {
      cancelModel();
      ended.accept(this);
    }
  }

  private synchronized boolean close() {
    boolean first = !over;
    over = true;
    return first;
  }

  /// Ends it: what there is becomes a message, with a mark unless it is whole.
  ///
  /// @param mark how it ended, where there is some of it; empty: as it should
  /// @param none the same where there is nothing of it
  void end(String mark, String none) {
    if (!close()) {
      return;
    }
    cancelModel();
    type(false);
    say(message(mark, none));
  }

  private synchronized String message(String mark, String none) {
    String said = soFar().strip();
    if (!said.isEmpty() && mark.isEmpty()) {
      return said;
    }
    String words = fitting(clean(said.isEmpty() ? none : mark), MAX_MARK_BYTES - 2);
    return "%s[%s]".formatted(said.isEmpty() ? "" : said + "\n\n", words);
  }

  private void say(String whole) {
    RoomCommand.Say say =
        new RoomCommand.Say(
            self,
            self.user(),
            id,
            new Content.Text(whole),
            null,
            question.id(),
            List.of(asker()),
            false);
    work.engine()
        .submit(
            topic,
            say,
            outcome -> {
              if (outcome instanceof Outcome.Refused refused && !mayTryAgain(refused, whole)) {
                LOG.warn("room {}: an answer was not taken: {}", room, refused.refusal().message());
                ended.accept(this);
              } else if (outcome instanceof Outcome.Done) {
                ended.accept(this);
              }
            });
  }

  private boolean mayTryAgain(Outcome.Refused refused, String whole) {
    synchronized (this) {
      tries++;
      if (refused.refusal().retryAfter() == null || tries >= MAX_TRIES) {
        return false;
      }
    }
    var _ = work.executor().schedule(() -> say(whole), RETRY_MILLIS, TimeUnit.MILLISECONDS);
    return true;
  }

  private String soFar() {
    return fitting(clean(text), MAX_ANSWER_BYTES);
  }

  /// What a message may hold: no control characters but those of lines, no half of a character.
  private static String clean(CharSequence said) {
    return said.codePoints()
        .filter(
            each ->
                each == '\n'
                    || each == '\t'
                    || (Character.getType(each) != Character.CONTROL
                        && Character.getType(each) != Character.SURROGATE))
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /// As much from the beginning as takes so many bytes of UTF-8.
  private static String fitting(String said, int maxBytes) {
    int size = 0;
    int end = 0;
    while (end < said.length()) {
      int each = said.codePointAt(end);
      size += each < 0x80 ? 1 : each < 0x800 ? 2 : each < 0x10000 ? 3 : 4;
      if (size > maxBytes) {
        break;
      }
      end += Character.charCount(each);
    }
    return said.substring(0, end);
  }

  // From elsewhere.

  /// Somebody who may wants no more of it.
  public void stop(Profile by) {
    String mark = "stopped by " + by.id();
    end(mark, mark);
  }

  /// The server stops.
  void interrupt() {
    String mark = "interrupted: the server was stopped";
    end(mark, mark);
  }

  private void cancelModel() {
    Flow.Subscription open;
    synchronized (this) {
      open = subscription;
    }
    if (open != null) {
      open.cancel();
    }
  }
}
