package dev.parley.bench.peer;

import dev.parley.bench.load.LoadException;
import dev.parley.bench.load.Pause;
import dev.parley.bench.load.Plan;
import dev.parley.bench.load.Referee;
import dev.parley.bench.load.Run;
import dev.parley.bench.load.Shard;
import dev.parley.bench.measure.Tally;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import tools.jackson.core.type.TypeReference;

/// This process's end of the line to the process that started it. Ends the process when the other
/// one is gone. Owned by the thread that runs, but for the reading.
public final class Child implements Referee {
  private static final int ORPHANED = 1;

  private final PrintWriter out;
  private final Pause pause;
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  private Child(InputStream in, PrintWriter out, Pause pause) {
    this.out = out;
    this.pause = pause;
    Thread.ofPlatform().name("bench-parent").daemon().start(() -> listen(in));
  }

  /// Does this process's part, and tells what came of it.
  ///
  /// @param in where the parent speaks
  /// @param out where it listens
  /// @return whether the load could be made
  public static boolean run(Plan plan, InputStream in, PrintWriter out) {
    Pause pause = new Pause();
    Child child = new Child(in, out, pause);
    try {
      Shard shard = new Run(plan, child, pause).run();
      child.say(Lines.of(Lines.SHARD, shard));
      return true;
    } catch (LoadException e) {
      child.say(Lines.FAILED + e.getMessage());
      return false;
    }
  }

  private void listen(InputStream in) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(Lines.CUT)) {
          pause.cut();
        } else {
          heard.add(line);
        }
      }
    } catch (IOException _) {
      // the same as the end
    }
    Runtime.getRuntime().halt(ORPHANED);
  }

  private synchronized void say(String line) {
    out.println(line);
    out.flush();
  }

  private String hear() {
    try {
      return heard.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoadException("interrupted");
    }
  }

  @Override
  public void at(Moment moment) {
    say(Lines.AT + moment);
    var _ = hear();
  }

  @Override
  public Map<String, Long> ends(Map<String, Long> mine) {
    say(Lines.of(Lines.ENDS, mine));
    return Lines.value(Lines.ENDS, hear(), new TypeReference<>() {});
  }

  @Override
  public void progress(Tally tally) {
    say(Lines.of(Lines.PROGRESS, tally));
  }
}
