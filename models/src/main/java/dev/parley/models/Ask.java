package dev.parley.models;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.Prompt;
import java.util.List;

/// What the gateway is asked.
///
/// @param routes models that are asked in order until one answers, at least one
/// @param prompt its model does not matter
/// @param credential with what the first route's provider is asked; the others with what is
///     configured
/// @param allowances whose it uses up
/// @param whole whether nothing of the answer is told to anybody before its end, so that the next
///     model can still be asked when one fails in the middle; then [ModelEvent.Started] is told
///     again, and what came before counts no longer
public record Ask(
    List<Route> routes,
    Prompt prompt,
    Credential.Choice credential,
    List<Allowance> allowances,
    boolean whole) {
  public Ask {
    routes = List.copyOf(routes);
    allowances = List.copyOf(allowances);
  }
}
