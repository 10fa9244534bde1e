package dev.parley.core.session;

import dev.parley.core.limit.Limits;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Role;
import java.util.ArrayList;
import java.util.List;

/// What a model is shown of a session: the instructions, the question, and of what was said before
/// as many of the newest exchanges as fit (the model's limit, [Limits#MAX_CONTEXT_TURNS]), each
/// whole or not at all. A partial answer is shown as far as it came. A question without any answer
/// is shown with the next one, so that user and model take turns, as providers want it.
///
/// @param turns the prompt's turns, oldest first
/// @param messages how many messages these are, the question included, the instructions not
public record Context(List<Prompt.Turn> turns, int messages) {
  public Context {
    turns = List.copyOf(turns);
  }

  /// The context of a question.
  ///
  /// @param before exchanges before it, oldest first
  /// @param maxBytes most bytes of UTF-8 in all; where instructions and question have more, they
  ///     are shown alone
  public static Context of(
      String systemPrompt, List<Exchange> before, String question, long maxBytes) {
    List<Prompt.Turn> turns = new ArrayList<>();
    if (!systemPrompt.isEmpty()) {
      turns.add(Prompt.Turn.of(Role.SYSTEM, systemPrompt));
    }
    int messages = 1;
    List<Part> said = new ArrayList<>();
    long left = maxBytes - Exchange.bytes(systemPrompt) - Exchange.bytes(question);
    for (Exchange exchange : fitting(before, left)) {
      said.add(new Part.Text(exchange.question()));
      messages++;
      String answer = answer(exchange);
      if (!answer.isEmpty()) {
        turns.add(new Prompt.Turn(Role.USER, said));
        turns.add(Prompt.Turn.of(Role.ASSISTANT, answer));
        messages++;
        said.clear();
      }
    }
    said.add(new Part.Text(question));
    turns.add(new Prompt.Turn(Role.USER, said));
    return new Context(turns, messages);
  }

  /// Characters of it.
  public long length() {
    long length = 0;
    for (Prompt.Turn turn : turns) {
      for (Part part : turn.parts()) {
        length += part instanceof Part.Text text ? text.text().length() : 0;
      }
    }
    return length;
  }

  private static List<Exchange> fitting(List<Exchange> before, long maxBytes) {
    long bytes = 0;
    int from = before.size();
    while (from > 0 && before.size() - from < Limits.MAX_CONTEXT_TURNS) {
      Exchange older = before.get(from - 1);
      bytes += Exchange.bytes(older.question()) + Exchange.bytes(answer(older));
      if (bytes > maxBytes) {
        break;
      }
      from--;
    }
    return before.subList(from, before.size());
  }

  private static String answer(Exchange exchange) {
    Answer answer = exchange.answer();
    return answer == null ? "" : answer.text().toString();
  }
}
