package litebulk;

import java.util.Map;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/**
 * The index that keeps API keys and tokens names three pieces of analysis which the builds that tests run do not have.
 * Nobody searches there by e-mail address, so it is enough that something goes by their names.
 */
public class StandIns extends Plugin implements AnalysisPlugin {
    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        AnalysisProvider<TokenFilterFactory> unchanged = (index, environment, filter, settings) -> new TokenFilterFactory() {
            @Override
            public String name() {
                return filter;
            }

            @Override
            public TokenStream create(TokenStream tokens) {
                return tokens;
            }
        };
        return Map.of("pattern_capture", unchanged, "unique", unchanged);
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of(
            "uax_url_email",
            (index, environment, tokenizer, settings) -> TokenizerFactory.newFactory(tokenizer, StandardTokenizer::new)
        );
    }
}
