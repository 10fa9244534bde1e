package dev.parley.server.model;

import dev.parley.core.access.Caller;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.model.v1.AnthropicServiceGrpc;
import dev.parley.model.v1.AzureServiceGrpc;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.CohereServiceGrpc;
import dev.parley.model.v1.Credential;
import dev.parley.model.v1.GeminiServiceGrpc;
import dev.parley.model.v1.KnownCredential;
import dev.parley.model.v1.ListModelsRequest;
import dev.parley.model.v1.ListModelsResponse;
import dev.parley.model.v1.MistralServiceGrpc;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.model.v1.OpenAiServiceGrpc;
import dev.parley.model.v1.Provider;
import dev.parley.model.v1.ReplicateServiceGrpc;
import dev.parley.model.v1.VerifyCredentialRequest;
import dev.parley.model.v1.VerifyCredentialResponse;
import dev.parley.model.v1.VertexAiServiceGrpc;
import dev.parley.models.Allowance;
import dev.parley.models.Allowances;
import dev.parley.models.Gateway;
import dev.parley.models.ProviderKind;
import dev.parley.models.ProviderSettings;
import dev.parley.models.Quota;
import dev.parley.server.rpc.Calls;
import dev.parley.server.rpc.Inbound;
import dev.parley.server.rpc.Refusals;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/// The services of models as gRPC serves them: one adapter, bound once for all providers and once
/// for each of the eight that have a service of their own.
public final class ModelServices {
  private static final String STREAM_CHAT = "StreamChat";
  private static final String CHAT = "Chat";

  /// Services, with the kind of the provider that each stands for.
  private static final Map<ServiceDescriptor, ProviderKind> OF_PROVIDERS = ofProviders();

  /// Full names of the methods whose calls last.
  public static final Set<String> CONVERSATIONS =
      services().stream()
          .flatMap(service -> service.getMethods().stream())
          .filter(method -> isChat(method) || isStreamChat(method))
          .map(MethodDescriptor::getFullMethodName)
          .collect(Collectors.toUnmodifiableSet());

  private final Gateway gateway;
  private final Calls calls;
  private final Limits.Tunable limits;
  private final Allowances users;
  private final Quota ofStream;
  private final OpenChats open = new OpenChats();

  /// @param users what each user may ask
  /// @param streamTokensPerMinute tokens that one stream may use; 0: no limit
  public ModelServices(
      Gateway gateway,
      Calls calls,
      Limits.Tunable limits,
      Allowances users,
      long streamTokensPerMinute) {
    this.gateway = gateway;
    this.calls = calls;
    this.limits = limits;
    this.users = users;
    ofStream = new Quota(limits.maxInFlight(), streamTokensPerMinute);
  }

  private static Map<ServiceDescriptor, ProviderKind> ofProviders() {
    Map<ServiceDescriptor, ProviderKind> services = new LinkedHashMap<>();
    services.put(OpenAiServiceGrpc.getServiceDescriptor(), ProviderKind.OPENAI);
    services.put(AzureServiceGrpc.getServiceDescriptor(), ProviderKind.AZURE);
    services.put(GeminiServiceGrpc.getServiceDescriptor(), ProviderKind.GEMINI);
    services.put(VertexAiServiceGrpc.getServiceDescriptor(), ProviderKind.VERTEX);
    services.put(ReplicateServiceGrpc.getServiceDescriptor(), ProviderKind.REPLICATE);
    services.put(AnthropicServiceGrpc.getServiceDescriptor(), ProviderKind.ANTHROPIC);
    services.put(CohereServiceGrpc.getServiceDescriptor(), ProviderKind.COHERE);
    services.put(MistralServiceGrpc.getServiceDescriptor(), ProviderKind.MISTRAL);
    return services;
  }

  private static List<ServiceDescriptor> services() {
    List<ServiceDescriptor> services = new ArrayList<>(OF_PROVIDERS.keySet());
    services.add(ModelServiceGrpc.getServiceDescriptor());
    return services;
  }

  private static boolean isChat(MethodDescriptor<?, ?> method) {
    return CHAT.equals(method.getBareMethodName());
  }

  private static boolean isStreamChat(MethodDescriptor<?, ?> method) {
    return STREAM_CHAT.equals(method.getBareMethodName());
  }

  /// All services of models.
  public List<ServerServiceDefinition> all() {
    List<ServerServiceDefinition> all = new ArrayList<>();
    all.add(define(ModelServiceGrpc.getServiceDescriptor(), ""));
    OF_PROVIDERS.forEach((service, kind) -> all.add(define(service, kind.text())));
    return all;
  }

  /// Tells streams and calls that the server is about to stop; none can begin any more.
  ///
  /// @param grace time for what is under way
  /// @return done when none is left, which may be at once
  /// How many streams and calls are open.
  public int open() {
    return open.size();
  }

  public CompletableFuture<Void> drain(Duration grace) {
    return open.drain(grace);
  }

  /// Ends the streams and calls that are left.
  public void end() {
    open.end();
  }

  /// @param provider the name of the provider that the service stands for; empty: none
  private ServerServiceDefinition define(ServiceDescriptor service, String provider) {
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    methods.add(
        ServerMethodDefinition.create(
            streamChat(service.getName()),
            ServerCalls.asyncBidiStreamingCall(out -> stream(out, provider))));
    methods.add(
        ServerMethodDefinition.create(
            method(service.getName(), CHAT, ModelServiceGrpc.getChatMethod()),
            ServerCalls.asyncUnaryCall((request, out) -> chat(request, out, provider))));
    if (provider.isEmpty()) {
      methods.add(
          ServerMethodDefinition.create(
              ModelServiceGrpc.getVerifyCredentialMethod(),
              ServerCalls.asyncUnaryCall(this::verify)));
      methods.add(
          ServerMethodDefinition.create(
              ModelServiceGrpc.getListModelsMethod(), ServerCalls.asyncUnaryCall(this::list)));
    }
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getName())
            .setSchemaDescriptor(service.getSchemaDescriptor());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder built = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(built::addMethod);
    return built.build();
  }

  private MethodDescriptor<Inbound<ChatRequest>, ChatResponse> streamChat(String service) {
    return MethodDescriptor.<Inbound<ChatRequest>, ChatResponse>newBuilder()
        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(service, STREAM_CHAT))
        .setRequestMarshaller(Inbound.marshaller(ChatRequest.parser(), limits.maxFrameBytes()))
        .setResponseMarshaller(ProtoUtils.marshaller(ChatResponse.getDefaultInstance()))
        .build();
  }

  private static <Q, A> MethodDescriptor<Q, A> method(
      String service, String name, MethodDescriptor<Q, A> like) {
    return like.toBuilder()
        .setFullMethodName(MethodDescriptor.generateFullMethodName(service, name))
        .build();
  }

  private StreamObserver<Inbound<ChatRequest>> stream(
      StreamObserver<ChatResponse> out, String provider) {
    ModelStream stream =
        new ModelStream(
            (ServerCallStreamObserver<ChatResponse>) out,
            open,
            gateway,
            provider,
            limits.maxInFlight());
    try {
      stream.begin(List.of(ofCaller(), new Allowance("this stream", ofStream)));
    } catch (RefusedException e) {
      stream.end(Refusals.status(e.refusal()));
    }
    return stream;
  }

  /// What the caller may ask; who does not say who he is shares with all from his address.
  private Allowance ofCaller() throws RefusedException {
    Caller caller = calls.caller(null);
    String address = calls.address();
    return users.of(
        caller.isKnown()
            ? caller.id()
            : address.substring(address.indexOf('/') + 1, Math.max(0, address.lastIndexOf(':'))));
  }

  private void chat(ChatRequest request, StreamObserver<ChatResponse> out, String provider) {
    Allowance allowance;
    try {
      allowance = ofCaller();
    } catch (RefusedException e) {
      out.onError(Refusals.status(e.refusal()));
      return;
    }
    new WholeChat(
            (ServerCallStreamObserver<ChatResponse>) out, open, gateway, request.getRequestId())
        .ask(request, provider, List.of(allowance));
  }

  private void verify(
      VerifyCredentialRequest request, StreamObserver<VerifyCredentialResponse> out) {
    ignoreCancel(out);
    var _ =
        models(request.getProvider(), request.getCredential())
            .whenComplete(
                (_, e) -> {
                  VerifyCredentialResponse.Builder response =
                      VerifyCredentialResponse.newBuilder().setValid(e == null);
                  if (e != null) {
                    response.setError(Responses.error(failure(e)));
                  }
                  out.onNext(response.build());
                  out.onCompleted();
                });
  }

  private void list(ListModelsRequest request, StreamObserver<ListModelsResponse> out) {
    List<ProviderSettings> providers =
        gateway.providers().stream()
            .filter(p -> request.getProvider().isEmpty() || p.name().equals(request.getProvider()))
            .toList();
    if (providers.isEmpty()) {
      out.onError(
          Status.NOT_FOUND
              .withDescription("there is no provider \"%s\"".formatted(request.getProvider()))
              .asRuntimeException());
      return;
    }
    ignoreCancel(out);
    List<CompletableFuture<Provider>> asked = providers.stream().map(this::describe).toList();
    var _ =
        CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
            .thenRun(
                () -> {
                  ListModelsResponse.Builder response = ListModelsResponse.newBuilder();
                  asked.forEach(provider -> response.addProviders(provider.join()));
                  out.onNext(response.build());
                  out.onCompleted();
                });
  }

  /// Else answering a call that was cancelled would throw.
  private static void ignoreCancel(StreamObserver<?> out) {
    ((ServerCallStreamObserver<?>) out).setOnCancelHandler(() -> {});
  }

  /// What a provider has, asked with each of its credentials: the models that the first one with
  /// luck was told, and which have none.
  private CompletableFuture<Provider> describe(ProviderSettings provider) {
    List<CompletableFuture<Provider>> asked =
        provider.credentials().stream()
            .map(dev.parley.models.Credential::name)
            .map(name -> describe(provider.name(), name))
            .toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenApply(
            _ -> {
              Provider.Builder described =
                  Provider.newBuilder().setName(provider.name()).setKind(provider.kind().text());
              List<Provider> answers = asked.stream().map(CompletableFuture::join).toList();
              answers.forEach(answer -> described.addAllCredentials(answer.getCredentialsList()));
              Provider best =
                  answers.stream()
                      .filter(a -> !a.hasError())
                      .findFirst()
                      .orElse(answers.getFirst());
              described.addAllModels(best.getModelsList());
              if (best.hasError()) {
                described.setError(best.getError());
              }
              return described.build();
            });
  }

  private CompletableFuture<Provider> describe(String provider, String credential) {
    return models(provider, Credential.newBuilder().setName(credential).build())
        .handle(
            (models, e) -> {
              Provider.Builder described = Provider.newBuilder();
              KnownCredential.Builder known = KnownCredential.newBuilder().setName(credential);
              if (e == null) {
                described.addAllModels(models);
              } else {
                ModelError error = Responses.error(failure(e));
                known.setError(error);
                described.setError(error);
              }
              return described.addCredentials(known).build();
            });
  }

  private CompletableFuture<List<String>> models(String provider, Credential credential) {
    try {
      return gateway.models(provider, Questions.credential(credential)).toCompletableFuture();
    } catch (ModelException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static ModelException failure(Throwable e) {
    Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    return cause instanceof ModelException model
        ? model
        : new ModelException(Kind.FAILED, "the provider cannot be asked", null, cause);
  }
}
